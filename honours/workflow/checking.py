"""The joint department check of a list: every department that the round names answers in each county, for all its
villages at once; what none answered in time is noted by the office that runs the round."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.departments import departments_of
from accounts.models import User
from accounts.role_holders import has_post
from accounts.roles import Role
from honours.models import DepartmentReply, Nomination, NominationState, ReplyFinding, Round
from honours.telling import tell_office
from honours.workflow import duties
from honours.workflow.actions import require_round
from honours.workflow.step import locked
from records import audit
from records.deadlines import deadline
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reviews.department_checks.assignments import ANSWER
from villages.models import Unit, county_of

ASKED_WHILE = (Round.State.CHECK, Round.State.NOTICE)


def listed_in(round: Round, county: str) -> QuerySet[Nomination]:
    """The villages of ``county`` on the list."""
    rows = Nomination.objects.filter(round=round, state=NominationState.LISTED, unit__code__startswith=county)
    return rows.select_related("unit").order_by("unit")


def asked(round: Round) -> list[Unit]:
    """The counties with villages on the list."""
    listed = Nomination.objects.filter(round=round, state=NominationState.LISTED).values_list("unit_id", flat=True)
    return list(Unit.objects.filter(code__in={county_of(code) for code in listed}).order_by("code"))


def standing_replies(round: Round) -> QuerySet[DepartmentReply]:
    """Those that no later one corrects."""
    return DepartmentReply.objects.filter(round=round, corrected_by=None)


def silent(round: Round) -> list[tuple[Unit, str]]:
    """The departments that have neither answered nor been noted as late, by county."""
    heard = set(DepartmentReply.objects.filter(round=round).values_list("unit_id", "department"))
    return [(unit, name) for unit in asked(round) for name in round.departments if (unit.pk, name) not in heard]


def against(round: Round) -> list[ReplyFinding]:
    """What the departments have found against villages on the list."""
    found = ReplyFinding.objects.filter(
        reply__in=standing_replies(round), nomination__state=NominationState.LISTED
    ).select_related("nomination__unit", "reply")
    return list(found.order_by("nomination__unit", "pk"))


def answers_for(user: User, round: Round) -> list[tuple[str, str]]:
    """The counties (codes) and departments for which ``user`` answers in this round: not where a village of his own is
    on the list, since one answer covers them all."""
    if not user.reach(ANSWER):
        return []
    own = Nomination.objects.filter(has_post(user.pk, "unit"), round=round, state=NominationState.LISTED)
    barred = {county_of(code) for code in own.values_list("unit_id", flat=True)}
    counties = [unit.pk for unit in asked(round) if unit.pk not in barred]
    return [(code, name) for code in counties for name in departments_of(user, code) if name in round.departments]


@transaction.atomic
def reply(
    round: Round,
    county: Unit,
    department: str,
    *,
    by: User,
    findings: Mapping[int, str] | None = None,
    note: str = "",
    shown: list[int] | None = None,
    at: datetime | None = None,
) -> DepartmentReply:
    """Sign what ``department`` knows of the county's villages on the list: ``findings`` (by nomination), and nothing
    about the others. A second answer corrects the first and needs a ``note``. ``shown``: the villages on the page.

    Raises ``NotAllowed`` for another county or department; ``WrongState`` when nobody asks; ``Incomplete``.
    """
    round, findings = locked(round), {pk: text.strip() for pk, text in (findings or {}).items() if text.strip()}
    if not by.has_perm(ANSWER, county) or (county.pk, department) not in answers_for(by, round):
        raise NotAllowed
    if round.state not in ASKED_WHILE:
        raise WrongState(_("This round is now: %(state)s.") % {"state": round.get_state_display()})
    listed = set(listed_in(round, county.pk).values_list("pk", flat=True))
    if (shown is not None and set(shown) != listed) or not set(findings) <= listed:
        raise WrongState(_("The list has changed since this page was opened. Please look again."))
    earlier = standing_replies(round).filter(unit=county, department=department).first()
    if earlier and not note.strip():
        message = _("Answered already, by %(who)s. To correct it, please write why.") % {"who": earlier.by}
        raise Incomplete(message, {"note": message})
    with audit.acting(by, "reply_to_round"):
        made = DepartmentReply.objects.create(
            round=round,
            unit=county,
            department=department,
            by=by,
            at=at or timezone.now(),
            note=note.strip(),
            corrects=earlier,
        )
        ReplyFinding.objects.bulk_create(
            ReplyFinding(reply=made, nomination_id=pk, text=text) for pk, text in sorted(findings.items())
        )
    duties.department_answered(round, county.pk, department, by=by)
    role = Role.COUNTY_OFFICE if round.ends_at_county else Role.CITY_OFFICE
    names = {"unit": county.name, "department": department}
    tell_office(round, "round_replied", [role], [round.unit_id], **names)
    return made


@transaction.atomic
def note_lapse(
    round: Round, county: Unit, department: str, *, by: User, note: str, at: datetime | None = None
) -> DepartmentReply:
    """Go on without a department that has missed its day; it may still answer."""
    at, said, round = at or timezone.now(), require_reason(note, "note"), locked(round)
    require_round("publish_round", by, round)
    if (county.pk, department) not in {(unit.pk, name) for unit, name in silent(round)}:
        raise WrongState(_("%s has answered, or a missed deadline has been noted already.") % department)
    if round.check_due is None or at < round.check_due:
        raise WrongState(
            _("The department may still answer until %s.") % (round.check_due and deadline(round.check_due))
        )
    duties.department_lapsed(round, county.pk, department, by=by, reason=said)
    with audit.acting(by, "note_lapse", said):
        return DepartmentReply.objects.create(
            round=round, unit=county, department=department, lapsed=True, note=said, by=by, at=at
        )
