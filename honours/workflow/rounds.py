"""A round: drafted, opened, its list closed and put to the departments, under public notice, named; or cancelled.

``expected``: the ``standing_of_round`` that the page showed. All raise ``NotAllowed``, ``WrongState``, ``Incomplete``
or ``Outdated`` (``records.refusals``), with nothing changed. ``at``: the moment of the step (now when absent).
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from accounts.models import User
from accounts.role_holders import holders
from accounts.roles import VILLAGE_POSTS, Role
from accounts.working_days import notice_days
from followups.due import working_days_due
from honours.candidates import eligible
from honours.models import TERMS, Nomination, NominationState, Round, RoundObjection
from honours.models.lifecycle import RUN
from honours.telling import tell, tell_office
from honours.workflow import by_rule, duties
from honours.workflow.checking import against, asked, silent
from honours.workflow.step import round_step
from notifications.models import Notice
from notifications.workflow import announce_all
from records import audit
from records.deadlines import deadline
from records.files import store
from records.office_language import in_chinese
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from villages.models import Level, Unit, county_of

LEVELS = {
    Level.COUNTY: (Round.Level.COUNTY,),
    Level.ZONE: (Round.Level.COUNTY,),
    Level.CITY: (Round.Level.CITY, Round.Level.PROVINCE),
    Level.PROVINCE: (Round.Level.PROVINCE,),
}
"""The titles whose rounds a place of each level may run."""


@transaction.atomic
def draft(unit: Unit, *, by: User, basis_file: Any = None, **terms: Any) -> Round:
    """A new round of the place ``unit``; ``terms``: fields of ``Round`` (``TERMS``)."""
    if unit.pk not in by.reach(RUN):
        raise NotAllowed
    _check(unit, terms)
    with audit.acting(by, "draft_round"):
        return Round.objects.create(unit=unit, drafted_by=by, **_kept(terms, basis_file, by))


def revise(round: Round, *, by: User, basis_file: Any = None, expected: Any = None, **terms: Any) -> Round:
    """Change the terms of a draft; without a new file the old one stays."""
    with round_step("revise_round", round, by, expected=expected) as fresh:
        _check(fresh.unit, {name: getattr(fresh, name) for name in TERMS} | terms, fresh)
        for name, value in _kept(terms, basis_file, by).items():
            setattr(fresh, name, value)
        fresh.save()
    return fresh


def open_(round: Round, *, by: User, expected: Any = None, at: datetime | None = None) -> Round:
    """Open it for nominations: its terms stand from now on. The villages that meet its conditions are told."""
    at = at or timezone.now()
    with round_step("open_round", round, by, expected=expected) as fresh:
        if fresh.nominate_until < timezone.localdate(at):
            message = _("The last day of nominations is past: choose a later one.")
            raise Incomplete(message, {"nominate_until": message})
        fresh.state, fresh.opened_at = Round.State.OPEN, at
        fresh.save()
        _tell_eligible(fresh)
    return fresh


def ask_departments(round: Round, *, by: User, expected: Any = None, at: datetime | None = None) -> Round:
    """Close the list and put it to the departments of each county; what has not come so far ends (no silence is
    consent). Raises ``WrongState`` up to the last day of nominations, which the villages were promised."""
    at = at or timezone.now()
    with round_step("ask_departments", round, by, expected=expected) as fresh:
        if fresh.takes_nominations(timezone.localdate(at)):
            raise WrongState(_("Villages may still be nominated until %s.") % deadline(fresh.nominate_until))
        by_rule.follow(Nomination.objects.filter(round=fresh))
        if not Nomination.objects.filter(round=fresh, state=NominationState.LISTED).exists():
            raise Incomplete(_("No village stands on the list yet."))
        _end(
            fresh,
            NominationState.ON_THE_WAY,
            NominationState.DECLINED,
            in_chinese(gettext_noop("The list was closed before all levels had given their opinion.")),
            by,
            at,
        )
        today = timezone.localdate(at)
        fresh.state, fresh.check_due = Round.State.CHECK, working_days_due(fresh.check_days, today)
        fresh.save()
        if fresh.departments:
            duties.departments_answer(fresh, asked(fresh), fresh.check_due, by=by)
    return fresh


def publish(round: Round, *, by: User, expected: Any = None, at: datetime | None = None) -> Round:
    """Show the list to anybody for the days of public notice. Raises ``Incomplete`` while a department has not
    answered, or one has found something against a village that still stands on the list."""
    at = at or timezone.now()
    with round_step("publish_round", round, by, expected=expected) as fresh:
        by_rule.follow(Nomination.objects.filter(round=fresh))
        _require_listed(fresh)
        if missing := silent(fresh):
            raise Incomplete(_("Not answered yet: %s.") % "、".join(f"{unit.name} {name}" for unit, name in missing))
        _require_nothing_against(fresh)
        days = notice_days(timezone.localdate(at), fresh.notice_days)
        fresh.state, fresh.released_on, fresh.last_day = Round.State.NOTICE, timezone.localdate(at), days.last
        fresh.save()
        tell(_listed(fresh), "nomination_listed")
    return fresh


def name(
    round: Round, *, by: User, document: str, expected: Any = None, at: datetime | None = None
) -> list[Nomination]:
    """The naming decision: what stands on the list after the public notice is named by ``document``.

    Raises ``WrongState`` before the last day is over, ``Incomplete`` while an objection is open.
    """
    at = at or timezone.now()
    with round_step("name_villages", round, by, reason=document, expected=expected) as fresh:
        if fresh.last_day is None or timezone.localdate(at) <= fresh.last_day:
            raise WrongState(_("The public notice runs until %s.") % (fresh.last_day and deadline(fresh.last_day)))
        if not document.strip():
            message = _("Please give the number of the document.")
            raise Incomplete(message, {"document": message})
        if RoundObjection.objects.filter(nomination__round=fresh, state=RoundObjection.State.OPEN).exists():
            raise Incomplete(_("An objection has not been answered yet."))
        by_rule.follow(Nomination.objects.filter(round=fresh), on=timezone.localdate(at))
        _require_listed(fresh)
        _require_nothing_against(fresh)
        fresh.state, fresh.document = Round.State.NAMED, document.strip()
        fresh.named_on, fresh.named_by = timezone.localdate(at), by
        fresh.save()
        named = _listed(fresh)
        Nomination.objects.filter(pk__in=[one.pk for one in named]).update(state=NominationState.NAMED)
        duties.end_idle_checks(fresh, by=by, reason=fresh.document)
        tell(named, "village_named")
        if fresh.award:
            tell_office(fresh, "award_payable", [Role.FINANCE], {county_of(one.unit_id) for one in named})
    for one in named:
        one.state = NominationState.NAMED
    return named


def cancel(round: Round, *, by: User, reason: str, expected: Any = None, at: datetime | None = None) -> Round:
    """End the round and its nominations, for a ``reason``."""
    said = require_reason(reason)
    with round_step("cancel_round", round, by, reason=said, expected=expected) as fresh:
        _end(fresh, NominationState.OPEN, NominationState.WITHDRAWN, said, by, at or timezone.now())
        if fresh.state in (Round.State.CHECK, Round.State.NOTICE):
            waiting = RoundObjection.objects.filter(nomination__round=fresh, state=RoundObjection.State.OPEN)
            duties.objection_answered(waiting.values_list("pk", flat=True), by=by)
        fresh.state, fresh.reason = Round.State.CANCELLED, said
        fresh.save()
    return fresh


def _kept(terms: Mapping[str, Any], basis_file: Any, by: User) -> dict[str, Any]:
    """``terms`` with the upload stored."""
    if basis_file is None:
        return dict(terms)
    try:
        return {**terms, "basis_file": store(basis_file, by=by)}
    except Incomplete as refused:
        raise Incomplete(str(refused), {"basis_file": str(refused)}) from refused


def _check(unit: Unit, terms: Mapping[str, Any], kept: Round | None = None) -> None:
    problems: dict[str, str] = {}
    if terms["level"] not in LEVELS.get(Level(unit.level), ()):
        problems["level"] = _("This place does not give titles of that level.")
    if not terms["name"].strip():
        problems["name"] = _("Please give the name.")
    elif Round.objects.filter(unit=unit, name=terms["name"]).exclude(pk=kept.pk if kept else 0).exists():
        problems["name"] = _("This name is taken.")
    if not terms["basis"].strip():
        problems["basis"] = _("Please name the document.")
    if terms.get("min_star", 4) < 4:
        problems["min_star"] = _("Model villages hold four or five stars.")
    if not _in_order(terms["day"], terms["nominate_until"], terms["valid_until"]):
        problems["nominate_until"] = _("The days follow one another: stars, nominations, end of the title.")
    if problems:
        raise Incomplete(next(iter(problems.values())), problems)


def _in_order(day: date, nominate_until: date, valid_until: date) -> bool:
    return day <= nominate_until < valid_until


def _listed(round: Round) -> list[Nomination]:
    rows = Nomination.objects.filter(round=round, state=NominationState.LISTED)
    return list(rows.select_related("unit", "round").order_by("unit"))


def _require_listed(round: Round) -> None:
    if not Nomination.objects.filter(round=round, state=NominationState.LISTED).exists():
        raise Incomplete(_("No village stands on the list any more: the round can only be cancelled."))


def _require_nothing_against(round: Round) -> None:
    if found := against(round):
        names = "、".join(sorted({one.nomination.unit.name for one in found}))
        raise Incomplete(_("A department has found something: %s. Please take them off the list first.") % names)


def _end(round: Round, states: Collection[str], to: NominationState, reason: str, by: User, at: datetime) -> None:
    """End the round's nominations in ``states``, and the opinions that they wait for."""
    rows = Nomination.objects.filter(round=round, state__in=states)
    ended = list(rows.select_related("unit", "round").order_by("pk"))
    ids = [one.pk for one in ended]
    Nomination.objects.filter(pk__in=ids).update(state=to, reason=reason, closed_at=at)
    duties.opinions_no_longer_wait(ids, by=by, reason=reason)
    duties.end_idle_checks(round, by=by, reason=reason)
    for one in ended:
        one.reason = reason
    tell(ended, "nomination_ended")


def _tell_eligible(round: Round) -> None:
    found = {unit.code: unit for unit in eligible(round)}
    people = holders(VILLAGE_POSTS, found) if found else {}
    announce_all(
        Notice(
            user_id=user,
            kind="round_opened",
            params={"round": round.name, "unit": found[code].name, "until": round.nominate_until.isoformat()},
            link=round.get_absolute_url(),
            unit_code=code,
        )
        for code, users in sorted(people.items())
        for user in sorted(users)
    )
