"""Scoring: a reviewer saves, hands in or gives back (recuses) a sheet; with the last sheet the panel has its points."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.role_holders import holders
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Answer, Application
from ratings.workflow.computed_figures import keep_computed_figures
from ratings.workflow.window import require_reviewing
from records import audit
from records.refusals import Incomplete, NotAllowed, WrongState, require_reason
from reviews.conflicts_of_interest import conflicts
from reviews.models import Settlement, Sheet
from reviews.models.lifecycle import SHEET_STEPS
from reviews.models.review_levels import FEWEST_REVIEWERS, REVIEW_LEVELS, ReviewLevel
from reviews.panels import joint_points
from reviews.sheets.entries import entries_of
from reviews.sheets.scores import Entries, problems, unscored, with_computed
from reviews.workflow.panel_points import give_points, write_entries
from reviews.workflow.settlements import supersede

NO_LONGER_OPEN = gettext_lazy("This sheet has been handed in, or the application is no longer under review.")


@transaction.atomic
def save(sheet: Sheet, entries: Entries, *, by: User) -> None:
    """Save ``entries`` (by item) on ``sheet``. Raises ``Incomplete`` with the invalid items, saving nothing."""
    save_many({sheet.pk: entries}, by=by)


@transaction.atomic
def save_many(filled: Mapping[int, Entries], *, by: User, at: datetime | None = None) -> None:
    """``save`` for many sheets (by id) of one reviewer."""
    sheets = _locked(filled, by, "score")
    _require_time(sheets, at)
    answers = _answers({sheet.application_id for sheet in sheets})
    for sheet in sheets:
        unit, scheme = sheet.application.unit, sheet.application.cycle.scheme
        wrong = problems(scheme.spec.fitting(sheet.application.tags), filled[sheet.pk], answers[sheet.application_id])
        if wrong:
            raise Incomplete(_("Some entries are not right yet: %(unit)s.") % {"unit": unit.name}, wrong)
    with audit.acting(by, "score"):
        write_entries(filled)


@transaction.atomic
def hand_in(sheet: Sheet, *, by: User) -> None:
    """Hand in ``sheet``: every criterion must be scored. The last sheet of a panel gives the application its points."""
    hand_in_many([sheet.pk], by=by)


@transaction.atomic
def hand_in_many(sheets: Collection[int], *, by: User, at: datetime | None = None) -> None:
    """``hand_in`` for many sheets (by id) of one reviewer."""
    at = at or timezone.now()
    chosen = _locked(sheets, by, "hand_in")
    _require_time(chosen, at)
    entries = entries_of(sheets)
    for sheet in chosen:
        unit, scheme = sheet.application.unit, sheet.application.cycle.scheme
        left = unscored(scheme.spec, sheet.application.tags, entries[sheet.pk])
        if left:
            raise Incomplete(
                _("%(unit)s: %(count)s criteria are still to be scored.") % {"unit": unit.name, "count": len(left)},
                {criterion.code: _("Still to be scored.") for criterion in left},
            )
    with audit.acting(by, "hand_in"):
        Sheet.objects.filter(pk__in=sheets).update(state=SHEET_STEPS["hand_in"].to, handed_in_at=at)
    close_panels(chosen, at)


@transaction.atomic
def recuse(sheet: Sheet, *, by: User, reason: str = "") -> None:
    """The reviewer declares a conflict of interest (回避, practice §3; a reason is optional) and gives the sheet back
    for good.

    It cannot be undone: the office is notified and decides whether somebody else scores.
    """
    _step_back(sheet, "recuse", by, reason.strip())


@transaction.atomic
def abstain(sheet: Sheet, *, by: User, reason: str) -> None:
    """The reviewer does not score this application although there is no conflict of interest; the reason is recorded,
    and it cannot be undone."""
    _step_back(sheet, "abstain", by, require_reason(reason))


def _step_back(sheet: Sheet, verb: str, by: User, reason: str) -> None:
    chosen = _locked([sheet.pk], by, verb, despite_conflict=True)
    with audit.acting(by, verb, reason):
        Sheet.objects.filter(pk=sheet.pk).update(state=SHEET_STEPS[verb].to, reason=reason)
    _tell_of_recusal(chosen[0])
    close_panels(chosen, timezone.now())


def hold(sheet: Sheet, *, by: User) -> Sheet:
    """``hold_many`` for one."""
    return hold_many([sheet.pk], by=by)[0]


def hold_many(sheets: Collection[int], *, by: User) -> list[Sheet]:
    """The sheets (by id), locked until the end of the transaction, while they are open and within their window.

    Raises ``NotAllowed`` (not one's own, a conflict of interest), ``WrongState`` (handed in, replaced, the window is
    over).
    """
    chosen = _locked(sheets, by, "score")
    _require_time(chosen, None)
    return chosen


def _answers(applications: Collection[int]) -> dict[int, dict[str, Decimal]]:
    by_application: dict[int, dict[str, Decimal]] = defaultdict(dict)
    rows = Answer.objects.filter(application__in=applications, value__isnull=False)
    for application, item, value in rows.values_list("application_id", "item", "value"):
        by_application[application][item] = value
    return by_application


def _locked(sheets: Collection[int], by: User, verb: str, *, despite_conflict: bool = False) -> list[Sheet]:
    """The sheets, locked with their applications; refused unless all are ``by``'s own, in a state of the step ``verb``,
    and free of conflicts of interest (unless ``despite_conflict``)."""
    lock_order = list(Sheet.objects.filter(pk__in=list(sheets)).values_list("application_id", "stage", "reviewer_id"))
    applications = {application for application, _stage, _reviewer in lock_order}
    states = dict(Application.objects.select_for_update().filter(pk__in=applications).values_list("pk", "state"))
    chosen = list(
        Sheet.objects.filter(pk__in=list(sheets))
        .select_related("application__unit")
        .prefetch_related("application__cycle__scheme", "application__cycle__windows")
    )
    if len(chosen) != len(set(sheets)) or any(not _is_own(sheet, by) for sheet in chosen):
        raise NotAllowed
    for stage in () if despite_conflict else {sheet.stage for sheet in chosen}:
        if conflicts({sheet.application_id for sheet in chosen if sheet.stage == stage}, [by.pk], stage):
            raise NotAllowed(_("You have a conflict of interest with this unit and do not score it."))
    if any(
        sheet.state not in SHEET_STEPS[verb].states or states[sheet.application_id] != REVIEW_LEVELS[sheet.stage].state
        for sheet in chosen
    ):
        raise WrongState(str(NO_LONGER_OPEN))
    return chosen


def _require_time(chosen: Collection[Sheet], at: datetime | None) -> None:
    for stage in {sheet.stage for sheet in chosen}:
        require_reviewing([s.application for s in chosen if s.stage == stage], REVIEW_LEVELS[stage].window, at)


def _is_own(sheet: Sheet, by: User) -> bool:
    return sheet.reviewer_id == by.pk and by.has_perm(REVIEW_LEVELS[sheet.stage].permission("score"), sheet.application)


def close_panels(chosen: Collection[Sheet], at: datetime) -> None:
    """Store the points of those applications of ``chosen`` whose last sheet has come in."""
    for stage in {sheet.stage for sheet in chosen}:
        review_level = REVIEW_LEVELS[stage]
        applications = {s.application_id: s.application for s in chosen if s.stage == stage}
        sheets = list(Sheet.objects.filter(application__in=applications, stage=stage))
        waiting = {sheet.application_id for sheet in sheets if sheet.state == Sheet.State.OPEN}
        handed_in = [sheet for sheet in sheets if sheet.state == Sheet.State.HANDED_IN]
        enough = Counter(sheet.application_id for sheet in handed_in)
        complete = {pk for pk, count in enough.items() if count >= FEWEST_REVIEWERS} - waiting
        if complete:
            _give_points(
                {pk: applications[pk] for pk in complete},
                [sheet for sheet in handed_in if sheet.application_id in complete],
                review_level,
                at,
            )


def _give_points(
    applications: Mapping[int, Application], sheets: Collection[Sheet], review_level: ReviewLevel, at: datetime
) -> None:
    _enter_computed(sheets, applications)
    joint = give_points(applications, sheets, review_level.stage, on=timezone.localdate(at))
    supersede(applications, review_level.stage)
    Settlement.objects.bulk_create(
        Settlement(application_id=pk, stage=review_level.stage, criterion=code, spread=codes[code].spread)
        for pk, codes in joint.items()
        for code in joint_points.to_settle(codes, applications[pk].cycle.scheme.spec.tolerance)
    )
    _tell_leaders(applications.values(), review_level)


def _enter_computed(sheets: Collection[Sheet], applications: Mapping[int, Application]) -> None:
    """Put the current values of what nobody types on every sheet: the points of all reviewers follow from the same
    figures from below and the same mean."""
    keep_computed_figures(applications.values())
    answers = _answers(applications)
    fitting = {pk: application.scheme.spec.fitting(application.tags) for pk, application in applications.items()}
    write_entries({s.pk: with_computed(fitting[s.application_id], {}, answers[s.application_id]) for s in sheets})


def _tell_leaders(applications: Collection[Application], review_level: ReviewLevel) -> None:
    """One notice for each leader, however many applications are ready; none while an earlier one is unread."""
    places = Counter(application.unit_id[: review_level.code_length] for application in applications)
    leaders = holders([review_level.leader], places)
    unread = Notice.objects.filter(kind="panel_finished", unit_code__in=places, read_at=None)
    already_notified = set(unread.values_list("user_id", "unit_code"))
    announce_all(
        Notice(
            user_id=user,
            kind="panel_finished",
            params={"count": count},
            link=reverse("review_decisions"),
            unit_code=place,
        )
        for place, count in places.items()
        for user in leaders.get(place, ())
        if (user, place) not in already_notified
    )


def _tell_of_recusal(sheet: Sheet) -> None:
    review_level, unit = REVIEW_LEVELS[sheet.stage], sheet.application.unit
    place = unit.code[: review_level.code_length]
    announce_all(
        Notice(
            user_id=user,
            kind="reviewer_recused",
            params={"unit": unit.name, "reviewer": str(sheet.reviewer)},
            link=reverse("review_panels"),
            unit_code=unit.code,
        )
        for user in holders([review_level.office], [place]).get(place, ())
    )
