"""Plans begin by themselves: when results are confirmed, and when an event lowers a star.

What is begun and not yet agreed ends by itself when its cause is gone; what was agreed is ended by the county.
"""

from collections.abc import Callable, Collection, Iterable
from datetime import date, datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_noop, override

from accounts.roles import Role
from accounts.templatetags.face import star_name
from followups import time_limits
from followups.offices import Office
from followups.workflow import Opening, open_all
from improvements.lost_points import LostCriterion, lost_points
from improvements.models import Plan, PlanState, Problem
from improvements.models.plan import USUAL
from improvements.workflow.ending import call_off
from ratings.models import Decision, StarPeriod
from ratings.register.star_changes import Moved
from records import audit
from records.office_language import in_chinese
from villages.models import Level, Unit, township_of

WEAK = 2
"""Up to this star a village needs a plan, whatever it held before."""


@transaction.atomic
def begin_for_results(decisions: Collection[int]) -> int:
    """Begin a plan for each village whose confirmed result is weak or lower than what it held; how many. Idempotent.

    None for a village that has agreed to one of the year, or to one for a fall that goes on: it works at that already.

    What counts is the star that the village holds under the result: an event may hold it down.

    Drafts of earlier results end: the new result stands for them.
    """
    made = list(
        Decision.objects.confirmed()
        .filter(pk__in=list(decisions), unit__level=Level.VILLAGE)
        .select_related("unit", "application__unit")
        .order_by("unit", "pk")
    )
    if not made:
        return 0
    held_by = [one.unit_id for one in made]
    earlier = Plan.objects.filter(unit__in=held_by, state__in=PlanState.BEING_WRITTEN)
    outdated = earlier.exclude(decision__in=[one.pk for one in made])
    call_off(outdated, in_chinese(gettext_noop("A new result has been confirmed.")))
    before, star = _stars_before(made), _stars_now(made)
    there = set(Plan.objects.filter(decision__in=made, cause=Plan.Cause.RESULT).values_list("decision_id", flat=True))
    going_on = Plan.objects.open().filter(unit__in=held_by)
    of_year = set(going_on.values_list("unit_id", "year"))
    of_fall = set(going_on.filter(cause=Plan.Cause.FALL).values_list("unit_id", flat=True))
    weak = [
        one
        for one in made
        if one.pk not in there
        and (one.unit_id, one.year) not in of_year
        and one.unit_id not in of_fall
        and _is_weak(star[one.pk], before.get(one.pk))
    ]
    plans = [
        _plan(one, one.unit, Plan.Cause.RESULT, (before.get(one.pk), star[one.pk]), one.on or timezone.localdate())
        for one in weak
    ]
    return len(_begin(plans, lost_points(weak)))


@transaction.atomic
def follow_stars(moved: Iterable[Moved], day: date) -> int:
    """Begin a plan for each village that an event lowered, unless one of that kind is open; end the drafts of those
    whose star is back. How many were begun."""
    _end_after_reversal()
    by_unit = {one.unit: one for one in moved}
    if not by_unit:
        return 0
    drafts = Plan.objects.filter(unit__in=by_unit, state__in=PlanState.BEING_WRITTEN)
    back = [plan.pk for plan in drafts if _is_back(plan, by_unit[plan.unit_id].after)]
    call_off(drafts.filter(pk__in=back), in_chinese(gettext_noop("The star is held again.")))
    fallen = [one for one in by_unit.values() if one.after < one.before]
    held = StarPeriod.objects.on(day).filter(unit__in=[one.unit for one in fallen], unit__level=Level.VILLAGE)
    periods = list(held.select_related("unit", "decision__application__unit").order_by("unit"))
    open_ones = Plan.objects.open().filter(cause=Plan.Cause.FALL, unit__in=[one.unit_id for one in periods])
    there = set(open_ones.values_list("unit_id", "decision_id"))
    new = [one for one in periods if (one.unit_id, one.decision_id) not in there]
    plans = [
        _plan(one.decision, one.unit, Plan.Cause.FALL, (by_unit[one.unit_id].before, by_unit[one.unit_id].after), day)
        for one in new
    ]
    return len(_begin(plans, lost_points(one.decision for one in new)))


def _is_weak(star: int, before: int | None) -> bool:
    """Whether a village with this result needs a plan."""
    return star <= WEAK or star < (before or 0)


def _is_back(plan: Plan, star: int) -> bool:
    """Whether ``star``, held now, takes away what the plan began for."""
    if plan.cause == Plan.Cause.FALL:
        return star >= (plan.star_before or 0)
    return not _is_weak(star, plan.star_before)


def _end_after_reversal() -> None:
    reversed_ones = Plan.objects.filter(state__in=PlanState.BEING_WRITTEN, decision__state=Decision.State.REVERSED)
    call_off(reversed_ones, in_chinese(gettext_noop("The closing of the year was taken back.")))


def _stars_before(decisions: Iterable[Decision]) -> dict[int, int]:
    """By decision (id), the star that the unit held on the day before it came into force."""
    periods: dict[str, list[StarPeriod]] = {}
    decisions = list(decisions)
    known = StarPeriod.objects.known().filter(unit__in={one.unit_id for one in decisions})
    for period in known.order_by("during"):
        periods.setdefault(period.unit_id, []).append(period)
    found = {}
    for one in decisions:
        eve = (one.on or timezone.localdate()) - timedelta(days=1)
        for period in periods.get(one.unit_id, []):
            if period.during.lower <= eve and (period.during.upper is None or eve < period.during.upper):
                found[one.pk] = period.star
    return found


def _stars_now(decisions: Collection[Decision]) -> dict[int, int]:
    """By decision (id), the star that it gives today: less than was decided while an event holds it down.

    The register has been brought up to date by then: the app of ratings receives ``decisions_confirmed`` first.
    """
    periods = StarPeriod.objects.on().filter(decision__in=decisions)
    held = {(unit, decision): star for unit, decision, star in periods.values_list("unit", "decision", "star")}
    return {one.pk: min(one.star, held.get((one.unit_id, one.pk), one.star)) for one in decisions}


def _plan(decision: Decision, unit: Unit, cause: str, stars: tuple[int | None, int], day: date) -> Plan:
    """``stars``: before and now."""
    before, star = stars
    return Plan(
        unit=unit,
        decision=decision,
        cause=cause,
        year=decision.year,
        star=star,
        star_before=before,
        begun_on=day,
        due=day + USUAL,
    )


def _begin(plans: list[Plan], losses: dict[int, list[LostCriterion]]) -> list[Plan]:
    """Keep the plans with their problems; the township's office is told to draw them up."""
    if not plans:
        return []
    with audit.acting(None, "begin_plan"):
        made = Plan.objects.bulk_create(plans, batch_size=1000)
        Problem.objects.bulk_create(
            (problem for plan in made for problem in _problems(plan, losses.get(plan.decision_id, []))), batch_size=2000
        )
    homes = {township_of(plan.unit_id) for plan in made}
    there = set(Unit.objects.filter(code__in=homes).values_list("code", flat=True))
    until = time_limits.dues("plan_agree")
    open_all((_to_agree(plan, until) for plan in made if township_of(plan.unit_id) in there), by=None)
    return made


def _problems(plan: Plan, losses: list[LostCriterion]) -> list[Problem]:
    found = [Problem(plan=plan, criterion=one.criterion, name=one.name, lost=one.lost, full=one.full) for one in losses]
    unlowered = plan.star_before if plan.cause == Plan.Cause.FALL else plan.decision.star
    if unlowered is not None and plan.star < unlowered:
        words = in_chinese(gettext_noop("An event lowered the star from %(before)s to %(after)s."))
        with override(settings.LANGUAGE_CODE):
            before, after = star_name(unlowered), star_name(plan.star)
        return [Problem(plan=plan, name=words % {"before": before, "after": after}), *found]
    if not found:
        unknown = in_chinese(gettext_noop("No points are known of this result."))
        return [Problem(plan=plan, name=plan.decision.reason[:300] or unknown)]
    return found


def _to_agree(plan: Plan, until: Callable[..., datetime]) -> Opening:
    return Opening(
        "plan_agree",
        plan.pk,
        plan.unit,
        Office(township_of(plan.unit_id), Role.TOWNSHIP_OFFICE),
        until(plan.unit_id, plan.begun_on),
        plan.get_absolute_url(),
    )
