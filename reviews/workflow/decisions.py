"""Deciding: up to the township's limit by its leader, above it by the county's office (practice §3).

Every function locks the application first, so that of two people at once one decides and the other is refused.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.role_holders import holders, unit_and_offices
from accounts.roles import Role
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.disclosure import shown_state
from ratings.models import Application, Cycle, Decision, Stage
from ratings.workflow import actions
from ratings.workflow import decision as decisions
from ratings.workflow.computed_figures import settle_means
from ratings.workflow.decision import DecidedStar
from ratings.workflow.transition import move
from ratings.workflow.window import hold_open, require_reviewing
from records import audit
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reviews.conflicts_of_interest import WORDS, deciding_conflicts
from reviews.decisions.ceiling import Ceiling, ceilings
from reviews.models import Settlement
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel, review_level_of

BEFORE_IN_TOWNSHIP = (Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_REVIEWER)
"""Who is told, besides the unit's own people, that a step was undone: those who took the earlier ones."""


@dataclass(frozen=True)
class Choice:
    """A star and, where it is lower than possible, the reason."""

    star: int
    reason: str = ""


@transaction.atomic
def decide(application: Application, *, star: int, by: User, reason: str = "") -> Decision:
    """Record the township's or county's star for ``application``.

    ``star`` may not exceed what the panel's total, the area minimums, the vetoes and active caps allow, nor the star
    applied for; a lower one needs ``reason``. A township decides up to the scheme's limit; the county above it, or the
    township's own star when more is not reached. Raises ``NotAllowed`` if ``by`` holds no deciding appointment there,
    or scored or filled in this application; ``WrongState`` if it is not under review, out of the review's window
    (``require_reviewing``), or decided by somebody quicker.
    """
    application = Application.objects.select_related("unit").get(pk=application.pk)
    review_level = review_level_of(application.state)
    if review_level is None:
        raise _moved_on(application, by)
    return decide_many(review_level.stage, {application.pk: Choice(star, reason)}, by=by)[0]


@transaction.atomic
def decide_many(stage: Stage, choices: Mapping[int, Choice], *, by: User, at: datetime | None = None) -> list[Decision]:
    """``decide`` for many applications (by id) at one level."""
    settle_means_of(choices, f"decide_{stage}", by)
    return decide_settled(stage, choices, by=by, at=at)


@transaction.atomic
def decide_settled(
    stage: Stage, choices: Mapping[int, Choice], *, by: User, at: datetime | None = None
) -> list[Decision]:
    """``decide_many`` by the county's means as they are kept: the caller has settled those of all that it decides."""
    review_level, at = REVIEW_LEVELS[stage], at or timezone.now()
    applications = _under_review(choices, review_level, by, at)
    possible = _ceilings(applications, review_level, at)
    for application in applications:
        ceiling = possible[application.pk]
        stars = _options(application, ceiling, review_level)
        highest = needs_reason_below(application, ceiling, review_level)
        _check(application, choices[application.pk], ceiling, stars, highest)
    verdicts = [DecidedStar(pk, choice.star, choice.reason.strip()) for pk, choice in choices.items()]
    return decisions.record(verdicts, review_level.origin, verb=f"decide_{stage}", by=by, at=at)


def settle_means_of(chosen: Collection[int], verb: str, by: User) -> None:
    """Settle the county's means of the cycles of ``chosen`` (``settle_means``), before any application is locked."""
    cycles = Cycle.objects.filter(pk__in=Application.objects.filter(pk__in=list(chosen)).values("cycle"))
    with audit.acting(by, verb):
        for cycle in cycles.select_related("scheme").order_by("pk"):
            settle_means(cycle)


@transaction.atomic
def recommend(application: Application, *, star: int, by: User, reason: str = "") -> None:
    """Recommend ``application`` to the county; ``star`` is the township's own, should the county not reach more."""
    recommend_many({application.pk: Choice(star, reason)}, by=by)


@transaction.atomic
def recommend_many(choices: Mapping[int, Choice], *, by: User, at: datetime | None = None) -> None:
    """``recommend`` for many applications (by id). Each must allow, and aim at, more than townships decide."""
    settle_means_of(choices, "recommend", by)
    recommend_settled(choices, by=by, at=at)


@transaction.atomic
def recommend_settled(choices: Mapping[int, Choice], *, by: User, at: datetime | None = None) -> None:
    """``recommend_many`` by the county's means as they are kept (``decide_settled``)."""
    review_level, at = REVIEW_LEVELS[Stage.TOWNSHIP], at or timezone.now()
    applications = _under_review(choices, review_level, by, at)
    possible = _ceilings(applications, review_level, at)
    for application in applications:
        ceiling = possible[application.pk]
        if not may_recommend(application, ceiling):
            raise Incomplete(
                _("%(unit)s does not exceed what the township itself decides.") % {"unit": application.unit.name}
            )
        own = range(application.townships_decide_up_to + 1)
        _check(application, choices[application.pk], ceiling, own, min(max(own), ceiling.star))
    _move_by_star(choices, at, by)
    _tell_county(applications)


@transaction.atomic
def reject(application: Application, *, by: User, reason: str) -> None:
    """The level above the unit does not rate ``application`` (不予评星); the unit and its office are told why."""
    hold_open([application.cycle_id])
    application = _locked(application)
    actions.require("reject", by, application)
    require_reviewing([application], REVIEW_LEVELS[application.first_stage].window)
    move([application.pk], "reject", Application.State.REJECTED, by=by, reason=require_reason(reason))
    _tell(application, "application_rejected", BEFORE_IN_TOWNSHIP, reason.strip())


@transaction.atomic
def send_back(application: Application, *, by: User, reason: str) -> None:
    """The county returns ``application`` to the township, which decides again."""
    application = _locked(application)
    actions.require("send_back", by, application)
    require_reviewing([application], REVIEW_LEVELS[Stage.COUNTY].window)
    back_to, reason = Application.State.TOWNSHIP_REVIEW, require_reason(reason)
    move([application.pk], "send_back", back_to, by=by, reason=reason, township_star=None)
    _tell(application, "application_sent_back", [Role.TOWNSHIP_LEADER, *BEFORE_IN_TOWNSHIP], reason)


@transaction.atomic
def reconsider(application: Application, *, by: User, reason: str, expected: Any = None) -> None:
    """Take back a decision that nobody outside has seen (``expected``: its key); it stays on record as overturned."""
    application = _locked(application)
    if not any(by.has_perm(review_level.permission("decide"), application) for review_level in REVIEW_LEVELS.values()):
        raise NotAllowed
    decision = taken_back_by(by, application)
    if decision is None:  # for somebody who may not see the decision there is none
        raise _moved_on(application, by)
    require_unchanged(expected, decision.pk)
    review_level = REVIEW_LEVELS[decision.origin]
    decisions.overturn(decision, review_level.state, verb="reconsider", by=by, reason=require_reason(reason))


def taken_back_by(user: User, application: Application) -> Decision | None:
    """The unreleased decision on ``application`` that ``user`` may take back: only one of their own level."""
    review_levels = [
        review_level
        for review_level in REVIEW_LEVELS.values()
        if user.has_perm(review_level.permission("decide"), application)
    ]
    origins = [review_level.origin for review_level in review_levels]
    return application.decisions.filter(state=Decision.State.DECIDED, origin__in=origins).first()


def options(application: Application, ceiling: Ceiling, review_level: ReviewLevel) -> list[int]:
    """The stars that may be decided at this level now, highest first."""
    return sorted((star for star in _options(application, ceiling, review_level) if star <= ceiling.star), reverse=True)


def may_recommend(application: Application, ceiling: Ceiling) -> bool:
    return ceiling.star > application.townships_decide_up_to


def needs_reason_below(application: Application, ceiling: Ceiling, review_level: ReviewLevel) -> int:
    """The star below which a decision at this level needs a reason."""
    if review_level.stage == Stage.TOWNSHIP:
        return ceiling.star
    return max(options(application, ceiling, review_level), default=0)


def _options(application: Application, ceiling: Ceiling, review_level: ReviewLevel) -> Collection[int]:
    limit = application.townships_decide_up_to
    if review_level.stage == Stage.TOWNSHIP:
        return range(limit + 1)
    return {application.township_star or 0, *range(limit + 1, ceiling.star + 1)}


def _check(application: Application, choice: Choice, ceiling: Ceiling, stars: Collection[int], highest: int) -> None:
    """Raise ``Incomplete`` unless ``choice`` is one of ``stars``, at most the ceiling, with a reason below
    ``highest``."""
    unit = application.unit.name
    if choice.star > ceiling.star:
        raise Incomplete(
            _("%(unit)s: at most %(star)s stars are possible.") % {"unit": unit, "star": ceiling.star},
            {"star": _("Above what is possible.")},
        )
    if choice.star not in stars:
        raise Incomplete(
            _("%(unit)s: this star is not decided here.") % {"unit": unit}, {"star": _("Not decided here.")}
        )
    if choice.star < highest and not choice.reason.strip():
        raise Incomplete(
            _("%(unit)s: a star below what is possible needs a reason.") % {"unit": unit},
            {"reason": _("Please give a reason.")},
        )


def _under_review(chosen: Collection[int], review_level: ReviewLevel, by: User, at: datetime) -> list[Application]:
    """The applications, locked: ``by`` may decide them all, each is under review at this level, and its window
    is open."""
    applications = list(
        Application.objects.select_for_update(of=("self",))
        .filter(pk__in=list(chosen))
        .select_related("unit")
        .prefetch_related("cycle__scheme", "cycle__windows")
    )
    reach = tuple(by.reach(review_level.permission("decide")))
    if len(applications) != len(chosen) or not all(a.unit_id.startswith(reach) for a in applications):
        raise NotAllowed
    for application in applications:
        if application.state != review_level.state:
            raise _moved_on(application, by)
    conflicts = deciding_conflicts(chosen, by.pk, review_level.stage)
    for application in applications:
        if reason := conflicts.get(application.pk):
            raise NotAllowed(
                _("%(unit)s: you do not decide here. %(reason)s")
                % {"unit": application.unit.name, "reason": WORDS[reason]}
            )
    require_reviewing(applications, review_level.window, at)
    return applications


def _ceilings(applications: Collection[Application], review_level: ReviewLevel, at: datetime) -> dict[int, Ceiling]:
    """The ceilings as on the decision day. Raises ``Incomplete`` where the panel has not finished."""
    chosen = {application.pk: application for application in applications}
    by_application = ceilings(applications, review_level.stage, timezone.localdate(at))
    for pk, application in chosen.items():
        if pk not in by_application:
            raise Incomplete(_("%(unit)s: not all score sheets are in.") % {"unit": application.unit.name})
    unsettled = Settlement.objects.filter(application__in=chosen, stage=review_level.stage, note="").first()
    if unsettled:
        raise Incomplete(
            _("%(unit)s: the reviewers differ too much in %(criterion)s; this must be settled in a note first.")
            % {"unit": chosen[unsettled.application_id].unit.name, "criterion": unsettled.criterion}
        )
    return by_application


def _move_by_star(choices: Mapping[int, Choice], at: datetime, by: User) -> None:
    """One transition for all applications that share the township's own star and its reason."""
    groups: dict[Choice, list[int]] = {}
    for pk, choice in choices.items():
        groups.setdefault(choice, []).append(pk)
    for choice, chosen in groups.items():
        move(
            chosen,
            "recommend",
            Application.State.COUNTY_REVIEW,
            by=by,
            at=at,
            reason=choice.reason.strip(),
            township_star=choice.star,
        )


def _locked(application: Application) -> Application:
    return Application.objects.select_for_update(of=("self",)).select_related("unit").get(pk=application.pk)


def _moved_on(application: Application, by: User) -> WrongState:
    state = Application.State(shown_state(by, application)).label
    return WrongState(
        _("Done already, by somebody else or in another window: %(unit)s is now at the step “%(state)s”.")
        % {"unit": application.unit.name, "state": state}
    )


def _tell(application: Application, kind: str, offices: Collection[str], reason: str) -> None:
    unit = application.unit
    announce_all(
        Notice(
            user_id=user,
            kind=kind,
            params={"unit": unit.name, "reason": reason},
            link=reverse("result", args=[application.pk]),
            unit_code=unit.code,
        )
        for user in sorted(unit_and_offices(offices, [unit])[unit.code])
    )


def _tell_county(applications: Collection[Application]) -> None:
    """One notice for each member of the county's office, however many villages are recommended."""
    counts: dict[str, int] = {}
    for application in applications:
        county = application.unit_id[: REVIEW_LEVELS[Stage.COUNTY].code_length]
        counts[county] = counts.get(county, 0) + 1
    offices = holders([Role.COUNTY_OFFICE], counts)
    announce_all(
        Notice(
            user_id=user,
            kind="applications_recommended",
            params={"count": count},
            link=reverse("review_decisions"),
            unit_code=county,
        )
        for county, count in counts.items()
        for user in offices.get(county, ())
    )
