"""What inspectors do with leads: set one aside with a note, set the limits of their place."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from records.audit import acting
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reports.leads.limits import LIMITS
from reports.leads.models import VIEW, Lead, LeadLimit, LeadNote
from reports.tasks import refresh_leads_soon
from villages.models import Level, Unit

LEVELS = (Level.CITY, Level.COUNTY, Level.ZONE)


@transaction.atomic
def set_aside(lead: Lead, note: str, *, by: User, expected: Any = None) -> LeadNote:
    """Set ``lead`` aside with its present number of cases. ``expected``: the number that was shown.

    Raises ``NotAllowed``, ``Incomplete``, ``Outdated``, ``WrongState`` if it is set aside or no longer found.
    """
    lead = Lead.objects.select_for_update().get(pk=lead.pk)
    if not by.has_perm(VIEW, lead.place):
        raise NotAllowed
    note = require_reason(note, "note")
    require_unchanged(expected, lead.cases)
    if lead.is_set_aside or lead.gone_at:
        raise WrongState(_("This lead no longer waits."))
    with acting(by, "set_lead_aside"):
        kept = LeadNote.objects.create(lead=lead, unit=lead.place, note=note, cases=lead.cases, by=by)
    lead.set_aside_cases = lead.cases
    lead.save(update_fields=["set_aside_cases"])
    return kept


def own_limits(unit: Unit) -> dict[str, int]:
    """What ``unit`` itself has set."""
    return dict(LeadLimit.objects.filter(unit=unit).order_by("name").values_list("name", "value"))


@transaction.atomic
def set_limits(unit: Unit, values: Mapping[str, int | None], *, by: User, expected: Any = None) -> Unit:
    """Set the limits of ``unit`` (None: what the level above says), and have its leads found again after the commit.

    Raises ``NotAllowed``, ``Incomplete`` for what is out of bounds, ``Outdated``.
    """
    if not by.has_perm(VIEW, unit) or unit.level not in LEVELS:
        raise NotAllowed
    problems = {
        name: _("From %(least)s to %(most)s.") % {"least": LIMITS[name].least, "most": LIMITS[name].most}
        for name, value in values.items()
        if value is not None and not LIMITS[name].least <= value <= LIMITS[name].most
    }
    if problems:
        raise Incomplete(_("This value is out of bounds."), problems)
    Unit.objects.select_for_update(no_key=True).get(pk=unit.pk)
    before = own_limits(unit)
    require_unchanged(expected, before)
    with acting(by, "set_lead_limits"):
        for name, value in values.items():
            if value is None:
                LeadLimit.objects.filter(unit=unit, name=name).delete()
            elif value != before.get(name):
                given = {"value": value, "set_by": by, "set_at": timezone.now()}
                LeadLimit.objects.update_or_create(unit=unit, name=name, defaults=given)
    refresh_leads_soon(unit.code)
    return unit
