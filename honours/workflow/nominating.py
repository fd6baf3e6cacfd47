"""A nomination: begun by the village, with each level's opinion up to the list of the round.

``expected``: the ``standing_of`` that the page showed.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from honours.candidates import candidates, hindrances, names_for
from honours.models import Nomination, NominationState, Opinion, OpinionLevel, Round
from honours.models.lifecycle import NOMINATE
from honours.telling import tell
from honours.workflow import duties
from honours.workflow.step import locked, nomination_step
from records import audit
from records.files import store
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Unit, county_of

State = NominationState


@transaction.atomic
def nominate(
    round: Round, unit: Unit, *, by: User, grounds: str, file: Any = None, at: datetime | None = None
) -> Nomination:
    """The village ``unit`` asks for the title. Raises ``NotAllowed``; ``WrongState`` when the round takes no
    nominations or has one of the village; ``Incomplete`` without grounds, or when it does not meet the conditions."""
    at = at or timezone.now()
    round = locked(round)
    if not by.has_perm(NOMINATE, unit) or not unit.code.startswith(round.unit_id):
        raise NotAllowed
    if not round.takes_nominations(timezone.localdate(at)):
        raise WrongState(_("This round takes no nominations now."))
    if Nomination.objects.filter(round=round, unit=unit).live().exists():
        raise WrongState(_("This village has been nominated already."))
    said = require_reason(grounds, "grounds")
    judged = _require_eligible(round, unit.pk, by)
    with audit.acting(by, "nominate"):
        made = Nomination.objects.create(
            round=round,
            unit=unit,
            star=judged.star_then,
            grounds=said,
            file=store(file, by=by) if file else None,
            nominated_by=by,
            nominated_at=at,
        )
    duties.opinion_waits(made, by=by, at=at)
    return made


def support(
    nomination: Nomination, *, by: User, text: str, expected: Any = None, at: datetime | None = None
) -> Nomination:
    """The level that it is with supports it; it goes to the next one, or onto the list. Raises ``Incomplete`` when the
    county's quota is used up, or the village no longer meets the conditions."""
    at, said = at or timezone.now(), require_reason(text, "text")
    with nomination_step("support_nomination", nomination, by, reason=said, expected=expected) as fresh:
        _require_eligible(fresh.round, fresh.unit_id, by)
        if fresh.state == State.COUNTY:
            _require_quota(fresh)
        _say(fresh, True, said, by, at)
        fresh.state = _next(fresh)
        fresh.save()
        duties.opinion_waits(fresh, by=by, at=at)
        if fresh.state == State.LISTED:
            tell([fresh], "nomination_listed")
    return fresh


def decline(
    nomination: Nomination, *, by: User, text: str, expected: Any = None, at: datetime | None = None
) -> Nomination:
    """The level that it is with does not support it: the nomination ends."""
    at, said = at or timezone.now(), require_reason(text, "text")
    with nomination_step("decline_nomination", nomination, by, reason=said, expected=expected) as fresh:
        _say(fresh, False, said, by, at)
        _end(fresh, State.DECLINED, said, by, at)
    return fresh


def drop(
    nomination: Nomination, *, by: User, text: str, expected: Any = None, at: datetime | None = None
) -> Nomination:
    """The office that runs the round takes a village off the list, for a reason that the village reads."""
    said = require_reason(text, "text")
    with nomination_step("drop_nomination", nomination, by, reason=said, expected=expected) as fresh:
        _end(fresh, State.DECLINED, said, by, at or timezone.now())
    return fresh


def withdraw(
    nomination: Nomination, *, by: User, text: str, expected: Any = None, at: datetime | None = None
) -> Nomination:
    """The village no longer wants it."""
    said = require_reason(text, "text")
    with nomination_step("withdraw_nomination", nomination, by, reason=said, expected=expected) as fresh:
        _end(fresh, State.WITHDRAWN, said, by, at or timezone.now())
    return fresh


def restore(nomination: Nomination, *, by: User, text: str, expected: Any = None) -> Nomination:
    """Give a title back that the rule withdrew, once the village meets the conditions again."""
    said = require_reason(text, "text")
    with nomination_step("restore_title", nomination, by, reason=said, expected=expected) as fresh:
        _require_eligible(fresh.round, fresh.unit_id, by)
        fresh.state, fresh.reason, fresh.closed_at, fresh.by_rule = State.NAMED, "", None, False
        fresh.save()
        tell([fresh], "title_restored")
    return fresh


def _next(nomination: Nomination) -> NominationState:
    if nomination.state == State.TOWNSHIP:
        return State.COUNTY
    if nomination.state == State.COUNTY and not nomination.round.ends_at_county:
        return State.CITY
    return State.LISTED


def _say(nomination: Nomination, supports: bool, text: str, by: User, at: datetime) -> None:
    level = OpinionLevel(nomination.state)
    Opinion.objects.create(nomination=nomination, level=level, supports=supports, text=text, by=by, at=at)


def _end(nomination: Nomination, to: NominationState, reason: str, by: User, at: datetime) -> None:
    nomination.state, nomination.reason, nomination.closed_at = to, reason, at
    nomination.save()
    duties.opinions_no_longer_wait([nomination.pk], by=by, reason=reason)
    duties.end_idle_checks(nomination.round, by=by, reason=reason)
    tell([nomination], "nomination_ended")


def _require_eligible(round: Round, code: str, by: User) -> Any:
    """The village, as judged."""
    judged = candidates(round, [code]).first()
    if judged is None:
        raise Incomplete(_("Only rated villages can be named."))
    if found := hindrances(round, judged, names_for(by, round, code)):
        raise Incomplete(" ".join(found))
    return judged


def _require_quota(nomination: Nomination) -> None:
    quota, county = nomination.round.quota, county_of(nomination.unit_id)
    if quota is None:
        return
    beyond = Nomination.objects.filter(
        round=nomination.round, unit__code__startswith=county, state__in=State.BEYOND_COUNTY
    )
    if beyond.count() >= quota:
        raise Incomplete(_("The county may recommend %d villages, and has done so.") % quota)
