"""A county's cycle (年度评定): opening it under an issued scheme, its windows, closing its scoring. See ``closing``."""

from collections.abc import Collection, Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.functions import Substr
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, User
from accounts.roles import RATED_POSTS, ROLES, Role
from ratings import notices
from ratings.allowance import allowed_star
from ratings.models import Application, Cycle, Extension, Points, Scheme, Stage, Window
from ratings.models.cycle import TOWNSHIP_DIGITS, CycleStep
from ratings.signals import matters_changed
from ratings.workflow.actions import own_step
from ratings.workflow.computed_figures import settle_means
from ratings.workflow.window import in_force
from records import audit
from records.deadlines import deadline
from records.previews import require_unchanged
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Level, Unit

State = Application.State
Times = Mapping[str, tuple[datetime, datetime]]
MANAGE = "ratings.manage_cycle"
GIVE_TIME = ("ratings.fill_on_behalf", MANAGE)
"""Whoever holds one of these sees who has not applied, and may give units of theirs more time."""
TOLD_OF_OPENING = (*RATED_POSTS, Role.TOWNSHIP_OFFICE)
STEPS_OF: dict[str, tuple[CycleStep, ...]] = {
    Level.VILLAGE: tuple(CycleStep),
    Level.STATION: tuple(CycleStep),
    Level.TOWNSHIP: (CycleStep.APPLY, CycleStep.COUNTY_REVIEW),
}
"""The steps of a cycle, in their order, by the level that it rates."""


def require_manager(by: User, unit: Unit) -> None:
    """Raise ``NotAllowed`` unless ``by`` manages the cycles of ``unit`` (None: the system)."""
    if by is not None and not by.has_perm(MANAGE, unit):
        raise NotAllowed


@transaction.atomic
def open_cycle(
    scheme: Scheme,
    *,
    facts_until: date,
    windows: Times,
    by: User,
    townships: Collection[str] = (),
    meeting_minutes_required: bool = False,
    expected: Any = None,
) -> Cycle:
    """Open the cycle of the scheme's year; ``windows``: for every step the times when it opens and closes.

    ``townships``: the codes of those that a pilot rates; the whole county when empty. Raises ``NotAllowed``;
    ``WrongState`` for a scheme not issued, or with a cycle already; ``Incomplete``; ``Outdated`` when what the page
    showed (``expected``, of ``offered``) is not true any more.
    """
    require_manager(by, scheme.unit)
    if scheme.state != Scheme.State.ISSUED:
        raise WrongState(_("Only an issued scheme can be used."))
    if scheme.unit.cycles.filter(year=scheme.year, scheme__rates=scheme.rates).exists():
        raise WrongState(_("The rating of %s has been opened already.") % scheme.year)
    if scheme.rates not in STEPS_OF:
        raise WrongState(_("Nobody stands above units of this level to review them: they cannot be rated here."))
    _require_times(windows, STEPS_OF[scheme.rates])
    cycle = planned(scheme, townships)
    _require_townships(cycle)
    require_unchanged(expected, offered(cycle))
    cycle.facts_until, cycle.meeting_minutes_required = facts_until, meeting_minutes_required
    try:
        with transaction.atomic(), audit.acting(by, "open_cycle"):
            cycle.save()
            Window.objects.bulk_create(
                Window(cycle=cycle, step=step, opens=opens, closes=closes) for step, (opens, closes) in windows.items()
            )
    except IntegrityError:
        raise WrongState(_("The rating of %s has been opened already.") % scheme.year) from None
    until = deadline(windows[CycleStep.APPLY][1])
    notices.tell_all(cycle, people_of(cycle, _told_of(cycle.scheme.rates)), "cycle_opened", until=until)
    return cycle


def planned(scheme: Scheme, townships: Collection[str] = ()) -> Cycle:
    """The cycle that would be opened, not kept."""
    return Cycle(unit=scheme.unit, scheme=scheme, year=scheme.year, townships=sorted(set(townships)))


def offered(cycle: Cycle) -> dict[str, Any]:
    """What the page shows on which a ``planned`` rating is opened: what it rates and who will be told."""
    scheme = cycle.scheme
    newer = Scheme.objects.issued().filter(unit=scheme.unit, year=scheme.year, rates=scheme.rates, pk__gt=scheme.pk)
    return {
        "unit": cycle.unit.name,
        "scheme": scheme.name,
        "townships": cycle.townships,
        "rated": cycle.rated_units().count(),
        "newer": newer.count(),
        "told": {str(role): sorted(set(people_of(cycle, (role,)))) for role in _told_of(scheme.rates)},
    }


def _told_of(rates: str) -> tuple[Role, ...]:
    """Who is told of an opening: of the posts in rated units, those that exist at this level."""
    return tuple(role for role in TOLD_OF_OPENING if role not in RATED_POSTS or rates in ROLES[role].levels)


def townships_to_rate(scheme: Scheme) -> QuerySet[Unit]:
    """The townships of the county in which the scheme rates something."""
    rated = scheme.rated_units().annotate(township=Substr("code", 1, TOWNSHIP_DIGITS)).order_by()
    of_county = Unit.objects.within(scheme.unit_id).standing().filter(level=Level.TOWNSHIP)
    return of_county.filter(code__in=rated.values("township")).order_by("code")


def _require_townships(cycle: Cycle) -> None:
    known = set(townships_to_rate(cycle.scheme).filter(code__in=cycle.townships).values_list("code", flat=True))
    if unknown := [code for code in cycle.townships if code not in known]:
        message = _("No township of this county in which anything is rated: %s.") % "、".join(unknown)
        raise Incomplete(message, {"townships": message})


def _require_times(windows: Times, steps: Collection[str]) -> None:
    problems = {str(step): _("Please give both times.") for step in steps if step not in windows}
    for step, (opens, closes) in windows.items():
        if closes <= opens:
            problems[step] = _("It must close after it opens.")
    if problems:
        raise Incomplete(_("These times do not match."), problems)


def people_of(cycle: Cycle, roles: tuple[str, ...]) -> QuerySet[Appointment, int]:
    """Ids of those who hold one of ``roles`` today in the county or a place that ``cycle`` rates; of those who fill in
    and sign, the ones of the level that it rates."""
    today = Appointment.objects.on(timezone.localdate()).for_rating_of(cycle.scheme.rates)
    return today.filter(cycle.concerned("unit_id"), role__in=roles).values_list("user_id", flat=True)


def locked(cycle: Cycle, state: str = Cycle.State.OPEN) -> Cycle:
    """The cycle as it is now, locked. Raises ``WrongState`` unless it is in ``state``."""
    cycle = Cycle.objects.select_for_update(of=("self",)).select_related("scheme", "unit").get(pk=cycle.pk)
    if cycle.state != state:
        closed = cycle.state == Cycle.State.CLOSED
        raise WrongState((_("The rating of %s is closed.") if closed else _("The rating of %s is open.")) % cycle.year)
    return cycle


@transaction.atomic
def set_windows(cycle: Cycle, windows: Times, *, by: User, expected: Any = None) -> None:
    """Change the windows of some steps.

    Raises ``NotAllowed``, ``WrongState`` (closed), ``Incomplete``; ``Outdated`` when the windows differ from those that
    the page showed (``expected``, of ``times_of``).
    """
    require_manager(by, cycle.unit)
    cycle = locked(cycle)
    require_unchanged(expected, times_of(cycle))
    _require_times(windows, ())
    with audit.acting(by, "set_windows"):
        for step, (opens, closes) in windows.items():
            Window.objects.update_or_create(cycle=cycle, step=step, defaults={"opens": opens, "closes": closes})


def times_of(cycle: Cycle) -> dict[str, Any]:
    """The windows of the steps, and whether minutes are required, as the page of ``cycle`` shows them."""
    windows = Window.objects.filter(cycle=cycle).order_by("step").values_list("step", "opens", "closes")
    return {"windows": list(windows), "minutes": cycle.meeting_minutes_required}


@transaction.atomic
def ask_for_minutes(cycle: Cycle, required: bool, *, by: User) -> None:
    """Whether villages must attach the minutes of their representatives; applies to what is sent from now on.

    Raises ``NotAllowed``, ``WrongState`` (closed).
    """
    require_manager(by, cycle.unit)
    cycle = locked(cycle)
    if cycle.meeting_minutes_required != required:
        cycle.meeting_minutes_required = required
        with audit.acting(by, "ask_for_minutes"):
            cycle.save(update_fields=["meeting_minutes_required"])


def may_reopen(user: User, unit: Unit, step: str = CycleStep.APPLY) -> bool:
    """For applying, the office that accepts the unit's application and the county's may do it; for reviews, only the
    county's."""
    accepting = own_step("accept", unit.code).permission
    may = (accepting, MANAGE) if step == CycleStep.APPLY else (MANAGE,)
    return any(user.has_perm(perm, unit) for perm in may)


@transaction.atomic
def reopen(
    cycle: Cycle, unit: Unit, *, closes: datetime, reason: str, by: User, step: str = CycleStep.APPLY
) -> Extension:
    """Let one unit continue with ``step`` until ``closes`` although the window is over; a later extension replaces it.

    Raises ``NotAllowed`` (``may_reopen``), ``WrongState`` (closed, not rated), ``Incomplete``.
    """
    if by is not None and not may_reopen(by, unit, step):
        raise NotAllowed
    cycle = locked(cycle)
    if not cycle.rated_units().filter(pk=unit.pk).exists():
        raise WrongState(_("This unit is not rated in this cycle."))
    standing = in_force(cycle, step, [unit.code])[unit.code]
    _require_reasoned(closes, reason, after=standing)
    given = {"closes": closes, "reason": reason, "by": by}
    with audit.acting(by, "reopen", reason):
        extension, _new = Extension.objects.update_or_create(cycle=cycle, unit=unit, step=step, defaults=given)
    matters_changed.send(sender=Extension, units=[unit.code])
    if step == CycleStep.APPLY:
        notices.tell_unit(unit, "applying_reopened", year=cycle.year, until=deadline(closes), reason=reason)
    else:
        notices.tell_reviewing(cycle, step, closes, reason, unit=unit)
    return extension


@transaction.atomic
def extend(cycle: Cycle, step: str, *, closes: datetime, reason: str, by: User) -> Window:
    """Extend ``step`` for the whole county; everyone who works in it is notified.

    Raises ``NotAllowed``, ``WrongState`` (closed, no window yet), ``Incomplete`` (no reason, not later than before).
    """
    require_manager(by, cycle.unit)
    cycle = locked(cycle)
    of_step = Window.objects.select_for_update().filter(cycle=cycle, step=step).first()
    if of_step is None:
        raise WrongState(_("No time has been set for “%s” yet.") % CycleStep(step).label)
    _require_reasoned(closes, reason, after=of_step.closes)
    of_step.closes = closes
    with audit.acting(by, "extend", reason):
        of_step.save(update_fields=["closes"])
    matters_changed.send(sender=Window, units=[cycle.unit_id])
    notices.tell_reviewing(cycle, step, closes, reason)
    return of_step


@transaction.atomic
def more_time(
    cycle: Cycle, step: str, unit: Unit | None, *, closes: datetime, reason: str, by: User, expected: Any = None
) -> None:
    """``reopen`` for ``unit``, or ``extend`` for all (None). ``expected``: the windows that the page showed
    (``times_of``); ``Outdated`` when they have changed."""
    if expected is not None:
        require_unchanged(expected, times_of(locked(cycle)))
    if unit is None:
        extend(cycle, step, closes=closes, reason=reason, by=by)
    else:
        reopen(cycle, unit, closes=closes, reason=reason, by=by, step=step)


def _require_reasoned(closes: datetime, reason: str, after: datetime | None = None) -> None:
    problems = {} if reason.strip() else {"reason": _("Please write the reason.")}
    if closes <= timezone.now():
        problems["closes"] = _("This deadline is over already.")
    elif after is not None and closes <= after:
        problems["closes"] = _("It must be later than the current time: %s.") % deadline(after)
    if problems:
        raise Incomplete(_("The time could not be reopened yet."), problems)


@transaction.atomic
def close_scoring(cycle: Cycle, *, by: User, expected: Any = None, at: datetime | None = None) -> None:
    """No more scores: ranks over all rated units are now known, and stars that require a rank can be decided.

    Raises ``NotAllowed``; ``WrongState`` when it has been done before; ``Outdated`` when what the page showed
    (``expected``, of ``scored_so_far``) has changed.
    """
    require_manager(by, cycle.unit)
    cycle = locked(cycle)
    if cycle.scoring_closed_at:
        raise WrongState(_("Scoring of %s is closed already.") % cycle.year)
    require_unchanged(expected, scored_so_far(cycle))
    settle_ranks(cycle, by, at or timezone.now())
    notices.tell_all(cycle, people_of(cycle, (Role.TOWNSHIP_OFFICE, Role.COUNTY_OFFICE)), "scoring_closed")


def scored_so_far(cycle: Cycle) -> dict[str, int]:
    """How many rated units have a panel's total, and how many would rank with 0 points."""
    rated = cycle.rated_units().count()
    scored = cycle.applications.filter(panel_total__isnull=False).count()
    return {"scored": scored, "unscored": rated - scored}


def settle_ranks(cycle: Cycle, by: User, at: datetime) -> None:
    """After scoring is closed, determine the maximum star of each scored application."""
    cycle.scoring_closed_at = at
    with audit.acting(by, "close_scoring"):
        cycle.save(update_fields=["scoring_closed_at"])
        settle_means(cycle)
    store_allowances(cycle, timezone.localdate(at))


def store_allowances(cycle: Cycle, today: date) -> None:
    """Store what the points of each application in review allow ``today``, with ranks if scoring is closed."""
    for stage, scored in scored_by(cycle):
        allowed_star.store(scored, stage, today)


def scored_by(cycle: Cycle) -> list[tuple[Stage, QuerySet[Application]]]:
    """The applications in review that have a panel's points, by the stage whose points count."""
    scored = cycle.applications.filter(state__in=State.IN_REVIEW, panel_total__isnull=False)
    by_county = Exists(Points.objects.filter(application=OuterRef("pk"), stage=Stage.COUNTY))
    return [(Stage.COUNTY, scored.filter(by_county)), (Stage.TOWNSHIP, scored.filter(~by_county))]
