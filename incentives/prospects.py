"""What a policy or fund would grant to each unit of its county, from the register and the profiles; nothing is saved.

Stars are those on the source's reckoning day, as the register is known now; figures are those of its year's profile.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

from django.db.models import Exists, F, OuterRef, Subquery, prefetch_related_objects
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from incentives import one_off
from incentives.allocation_rule import WeightedClaim, allocate
from incentives.models import PlannedSum, ProjectFund, RewardPolicy, Source
from incentives.money import fen, yuan
from incentives.reward_table import Band, NoBand, Table, look_up, reward, same_for_every_figure
from ratings.models import StarPeriod
from records.known import known
from villages.models import Profile, Unit, UnitSuccession, successors


@dataclass(frozen=True)
class Covered:
    """A unit with its ``star`` on the reckoning day (0: none held) and its ``figure`` (None: not reported)."""

    unit: Unit
    star: int
    figure: int | None


@dataclass(frozen=True)
class Prospect:
    """What a unit would get: ``amount`` in yuan, or ``problem``, the reason why it cannot be determined.

    ``weight`` is set for what a fund grants: not for a unit that a project names and that gets nothing. ``remark``:
    shown beside the amount; it does not prevent the step.
    """

    unit: Unit
    star: int
    figure: int | None
    amount: Decimal | None = None
    weight: Decimal | None = None
    problem: str = ""
    remark: str = ""


def table_of(policy: RewardPolicy) -> Table:
    """The policy's table for ``incentives.reward_table``: star → bands, amounts in fen."""
    table = defaultdict(list)
    for row in policy.bands.all():
        table[row.star].append(Band(row.band.lower, row.band.upper, fen(row.amount)))
    return dict(table)


def rewards(policy: RewardPolicy) -> list[Prospect]:
    """Every rated unit of the county with its reward, by division code."""
    table = table_of(policy)
    tried = _stars_to_cover(policy, table)
    return [_reward(policy, table, tried, one) for one in _covered(policy, policy.figure)]


def prospects(source: Source) -> list[Prospect]:
    """What ``source`` would grant to each unit. Raises ``OutOfLimits``."""
    return allocations(source) if isinstance(source, ProjectFund) else rewards(cast(RewardPolicy, source))


def gives_nothing(found: Collection[Prospect]) -> bool:
    """Whether every amount is known and none is above 0: nobody holds a star for which there is money."""
    return not any(one.problem or one.amount for one in found)


def _stars_to_cover(policy: RewardPolicy, table: Table) -> range:
    """Stars that may matter later: all, while they are not known yet or a fallen star leads to a clawback."""
    if policy.clawback == RewardPolicy.Clawback.NONE and policy.reckoning_day <= timezone.localdate():
        return range(0)
    return range(max(table, default=0) + 1)


def _reward(policy: RewardPolicy, table: Table, tried: Iterable[int], one: Covered) -> Prospect:
    if one.figure is None and same_for_every_figure(table):
        one = replace(one, figure=0)
    if one.figure is None:
        problem = _("no figure of %(year)s: %(figure)s") % {"year": policy.year, "figure": policy.get_figure_display()}
        return Prospect(one.unit, one.star, None, problem=problem)
    try:
        for star in tried:
            look_up(table, star, one.figure)
        amount = reward(table, one.star, one.figure, policy.coefficient)
    except NoBand as gap:
        problem = _("%(star)s with %(figure)s: no band") % {"star": star_name(gap.star), "figure": gap.figure}
        return Prospect(one.unit, one.star, one.figure, problem=problem)
    return Prospect(one.unit, one.star, one.figure, yuan(amount))


def allocations(fund: ProjectFund) -> list[Prospect]:
    """Every unit that holds the minimum star with its part of the budget, by division code; of a project those planned.

    No amounts while a unit has a problem. Raises ``OutOfLimits``.
    """
    prefetch_related_objects([fund], "planned__unit")
    if planned := list(fund.planned.all()):
        return _planned(fund, planned)
    weights = dict(fund.weights.values_list("star", "weight"))
    holders = [one for one in _covered(fund, fund.need) if one.star >= fund.min_star]
    if not holders and fund.state == Source.State.EFFECTIVE:
        return []  # nobody holds the star any more; a draft says instead that its limits cannot be met
    weighed = [_weigh(fund, weights, one) for one in holders]
    if any(prospect.problem for prospect in weighed):
        return weighed
    at_least, at_most = fen(fund.at_least or Decimal(0)), None if fund.at_most is None else fen(fund.at_most)
    claims = [WeightedClaim(prospect.unit.code, known(prospect.weight), at_least, at_most) for prospect in weighed]
    amounts = allocate(fen(fund.budget), claims)
    return [
        Prospect(prospect.unit, prospect.star, prospect.figure, yuan(amounts[prospect.unit.code]), prospect.weight)
        for prospect in weighed
    ]


def _planned(fund: ProjectFund, planned: list[PlannedSum]) -> list[Prospect]:
    """What a project plans, with every unit that it names: its sum passes on as granted money does (practice §4); one
    that is no longer rated here, without such a successor, and one below the minimum star get nothing."""
    covered = {one.unit.code: one for one in _covered(fund, fund.need)}
    chains = successors(_passed_since(fund, planned))
    held = defaultdict[str, list[PlannedSum]](list)
    found = []
    for one in planned:
        chain = chains[one.unit_id]
        holder = chain[-1][0] if chain else one.unit_id
        if holder in covered:
            held[holder].append(one)
        else:
            found.append(Prospect(one.unit, 0, None, Decimal(0), remark=_("is not rated here any more")))
    found += [_as_planned(fund, covered[code], sums) for code, sums in held.items()]
    return sorted(found, key=lambda one: one.unit.code)


def _passed_since(fund: ProjectFund, planned: list[PlannedSum]) -> dict[str, date]:
    """By unit: orders after this day pass its planned sum on. They are those carried out since the plan is frozen, and
    the one that ended the unit."""
    days = {one.unit_id: [one.unit.ended] if one.unit.ended else [] for one in planned}
    if fund.state != Source.State.DRAFT:
        passed = UnitSuccession.objects.filter(main=True, before__in=days, order__at__gte=fund.sought_at)
        for code, day in passed.exclude(before=F("after")).values_list("before", "order__on"):
            days[code].append(day)
    return {code: min(found, default=date.max) - timedelta(days=1) for code, found in days.items()}


def _as_planned(fund: ProjectFund, one: Covered, sums: list[PlannedSum]) -> Prospect:
    """What ``one`` gets of a project: all that is planned for it and for those whose successor it is."""
    passed = _(", ").join(part.unit.name for part in sums if part.unit_id != one.unit.code)
    remark = _("with what was planned for %(names)s") % {"names": passed} if passed else ""
    if one.star < fund.min_star:
        below = _("gets nothing: below the minimum star")
        return Prospect(one.unit, one.star, None, Decimal(0), remark=_("; ").join(filter(None, [below, remark])))
    amount = sum((part.amount for part in sums), Decimal(0))
    return Prospect(one.unit, one.star, None, amount, Decimal(1), remark=remark)


def _weigh(fund: ProjectFund, weights: dict[int, Decimal], one: Covered) -> Prospect:
    figure = one.figure if fund.need else None
    if one.star not in weights:
        return Prospect(one.unit, one.star, figure, problem=_("star %(star)s: no weight") % {"star": one.star})
    if fund.need and not figure:
        problem = _("no figure of %(year)s: %(figure)s") % {"year": fund.year, "figure": fund.get_need_display()}
        return Prospect(one.unit, one.star, figure, problem=problem)
    return Prospect(one.unit, one.star, figure, weight=weights[one.star] * (figure or 1))


def has_holders(fund: ProjectFund) -> bool:
    """Whether anybody holds the minimum star; one query."""
    return bool(_with_star(fund).filter(star__gte=fund.min_star).exists())


def _covered(source: Source, figure: str) -> list[Covered]:
    """The units that ``source`` covers, by division code."""
    profile = Profile.objects.filter(unit=OuterRef("pk"), year=source.year)
    units = _with_star(source).annotate(figure=Subquery(profile.values(figure or "population")[:1]))
    return [Covered(unit, unit.star, unit.figure) for unit in units.order_by("code")]


def _with_star(source: Source) -> Any:
    """The units that ``source`` covers, each with its ``star`` on the reckoning day.

    A unit created by an order after that day counts with the star that it began with.
    """
    star = StarPeriod.objects.on(source.reckoning_day).filter(unit=OuterRef("pk")).values("star")[:1]
    made = UnitSuccession.objects.filter(after=OuterRef("unit"), order__on__gt=source.reckoning_day)
    begun = StarPeriod.objects.known().filter(Exists(made), unit=OuterRef("pk"))
    units = (
        Unit.objects.within(source.unit_id)
        .rated(source.rates)
        .annotate(star=Coalesce(Subquery(star), Subquery(begun.order_by("during").values("star")[:1]), 0))
    )
    named = one_off.named_for(source)
    return units if named is None else units.filter(pk__in=named)
