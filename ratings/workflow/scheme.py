"""A county's schemes: imported as drafts, issued, and immutable from then on (formats §1, practice §1)."""

import re
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Programme, Proposal, Scheme
from ratings.models.programme import CODE
from ratings.register.rerating import rerate
from ratings.scheme.problems import Problem
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.scheme.spec import SchemeSpec
from ratings.signals import scheme_issued
from ratings.workflow import proposal_deadlines
from ratings.workflow.new_version import follow
from records import audit
from records.refusals import NotAllowed, Refused, WrongState
from villages.models import Level, Unit

LONGEST_NAME = Scheme._meta.get_field("name").max_length
"""A list shows no more of a name; the scheme itself has it whole."""


@transaction.atomic
def import_scheme(body: Any, *, by: User | None, issue: bool = False, programme: str | None = None) -> Scheme:
    """Store ``body`` as the next version of its unit's scheme for its year; ``issue`` puts it in force at once.

    ``by`` is None for a command. ``programme``: the code of the programme whose scheme it is. Raises ``SchemeRefused``
    with all errors, ``Refused`` if the unit is not known, ``NotAllowed`` if ``by`` may not write schemes there.
    """
    spec = check_scheme(body).spec
    require_ratable(spec)
    unit = Unit.objects.select_for_update().filter(code=spec.unit).first()
    if unit is None:
        raise Refused(_("The unit %s of this scheme is not known here. Import the units first.") % spec.unit)
    _require(by, unit)
    with audit.acting(by, "import_scheme"):
        scheme = Scheme(
            unit=unit,
            programme=programme_of(programme, unit, spec) if programme is not None else None,
            rates=spec.rates,
            year=spec.year,
            name=spec.name[:LONGEST_NAME],
            body=body,
        )
        scheme.version = (scheme.versions().aggregate(last=Max("version"))["last"] or 0) + 1
        scheme.save()
    return issue_scheme(scheme, by=by) if issue else scheme


@transaction.atomic
def issue_scheme(scheme: Scheme, *, by: User | None) -> Scheme:
    """Put a draft in force for its unit and year; from then on it never changes, and it applies to the events of its
    time.

    The year's open cycle goes on under it; a programme's scheme touches neither cycle nor stars. Raises ``NotAllowed``
    if ``by`` may not issue there, ``WrongState`` if it is issued already, or decisions of the cycle's version wait for
    their release.
    """
    _require(by, scheme.unit)
    if scheme.programme_id is not None:
        # Whoever opens the programme's year waits, and then sees this version.
        Programme.objects.select_for_update(no_key=True).get(pk=scheme.programme_id)
    scheme = Scheme.with_programmes.select_for_update(of=("self",)).get(pk=scheme.pk)
    if scheme.state != Scheme.State.DRAFT:
        raise WrongState(_("This scheme is issued already."))
    scheme.state, scheme.issued_at, scheme.issued_by = Scheme.State.ISSUED, timezone.now(), by
    with audit.acting(by, "issue_scheme"):
        scheme.save(update_fields=["state", "issued_at", "issued_by"])
        if scheme.programme_id is None:
            follow(scheme, by=by)
            rerate(scheme.unit_id)
            _settle_superseded(scheme, by)
        scheme_issued.send(sender=Scheme, scheme=scheme, by=by)
    return scheme


def _settle_superseded(scheme: Scheme, by: User | None) -> None:
    """What an earlier version of the year proposed for events that this one judges need not be settled any more; those
    who were to settle it are told."""
    versions = scheme.versions().exclude(pk=scheme.pk)
    superseded = Proposal.objects.filter(
        state=Proposal.State.OPEN, scheme__in=versions, event__on__gte=timezone.localdate(scheme.issued_at)
    )
    reason = _("Version %s of the scheme judges this event.") % scheme.version
    lapsed = list(superseded.select_related("event").order_by("pk"))
    superseded.update(state=Proposal.State.DECLINED, settled_by=by, settled_at=scheme.issued_at, reason=reason)
    proposal_deadlines.lapse(lapsed, by=by, reason=reason)


def programme_of(code: str, unit: Unit, spec: SchemeSpec) -> Programme:
    """The programme ``code`` that ``unit`` runs; it begins with its first scheme, and takes its name.

    Raises ``Refused`` if it is no code, or another place runs the programme.
    """
    if not re.fullmatch(CODE, code):
        raise Refused(_("“%s” is not a programme's code: letters, digits, “-” and “_”, at most 30.") % code)
    programme, _new = Programme.objects.get_or_create(
        code=code, defaults={"name": spec.name[:LONGEST_NAME], "unit": unit}
    )
    if programme.unit_id != unit.pk:
        told = _("The programme %(code)s is run by %(place)s (%(unit)s): its schemes name that unit.")
        raise Refused(told % {"code": code, "place": programme.unit.name, "unit": programme.unit_id})
    return programme


def require_ratable(spec: SchemeSpec) -> None:
    """Raise ``SchemeRefused`` unless units of the level that the scheme rates exist here."""
    if spec.rates not in Level.values:
        told = _("Nothing of the level “%s” can be rated.") % spec.rates
        raise SchemeRefused([Problem("rates", told, " / ".join(Level.values))])


def _require(by: User | None, unit: Unit) -> None:
    if by is not None and not by.has_perm("ratings.manage_scheme", unit):
        raise NotAllowed
