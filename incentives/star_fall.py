"""What a fallen star means for what was granted: compares the register with the lines of one source; changes
nothing."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple, cast

from django.db.models import QuerySet

from incentives.models import Allocation, GrantLine, ProjectFund, Reward, RewardPolicy, Source
from incentives.money import fen, half_up, yuan
from incentives.prospects import table_of
from incentives.reward_table import Held, NoBand, clawback, due
from ratings.models import StarPeriod
from records.known import known
from villages.models import successors

DAY = timedelta(days=1)


class StarFall(NamedTuple):
    """The unit fell to ``star``; ``amount`` of what was paid is claimed back, ``released`` is no longer
    committed (yuan)."""

    star: int
    amount: Decimal
    released: Decimal


class Spell(NamedTuple):
    """A star held from ``first`` to ``last``, both inclusive."""

    star: int
    first: date
    last: date


class Fallen:
    """The lines of ``source``, on the day ``on``: later days do not count as a fall yet."""

    def __init__(self, source: Source, on: date) -> None:
        self.source = source
        self.seen_until = min(on, source.ends)
        self.source_field = "policy" if isinstance(source, RewardPolicy) else "fund"
        self.table = table_of(source) if isinstance(source, RewardPolicy) else {}

    def consequences(self, lines: QuerySet[GrantLine]) -> Iterator[tuple[GrantLine, StarFall | NoBand | None]]:
        """Each line with its consequence: nothing (None), or ``NoBand`` when the table has no answer."""
        spells = self._spells(lines)
        for line in lines:
            try:
                yield line, self._of(line, spells[line.pk])
            except NoBand as gap:
                yield line, gap

    def _of(self, line: GrantLine, spells: list[Spell]) -> StarFall | None:
        if isinstance(line, Reward):
            return self._of_reward(line, line.policy, spells)
        line = cast(Allocation, line)
        return self._of_allocation(line, line.fund, spells)

    def _of_reward(self, line: Reward, policy: RewardPolicy, spells: list[Spell]) -> StarFall | None:
        after = policy.reckoning_day + DAY
        later = [spell.star for spell in spells if spell.last >= after and spell.first <= self.seen_until]
        lower = min(later, default=line.star)
        if policy.clawback == RewardPolicy.Clawback.NONE or lower >= line.star:
            return None
        granted = due(policy.clawback, self.table, known(line.figure), policy.coefficient, _days(spells), lower)
        paid, promised = fen(line.disbursed), fen(line.committed)
        back = clawback(paid, granted)
        released = max(0, promised - back - half_up(granted))
        return _unless_nothing(StarFall(lower, yuan(back), yuan(released)))

    def _of_allocation(self, line: Allocation, fund: ProjectFund, spells: list[Spell]) -> StarFall | None:
        star = next(spell.star for spell in spells if spell.first <= self.seen_until <= spell.last)
        if star >= fund.min_star:
            return None
        return _unless_nothing(StarFall(star, line.disbursed, line.unpaid))

    def _spells(self, lines: Iterable[GrantLine]) -> dict[int, list[Spell]]:
        """By line, the stars over the source's period of the unit that held it, without gaps: no star is star 0."""
        starts, ends = self.source.starts, self.source.ends
        passed = successors({line.unit_id for line in lines if line.passed_to_id})
        units = {line.unit_id for line in lines} | {unit for steps in passed.values() for unit, _day in steps}
        periods = defaultdict(list)
        held = StarPeriod.objects.known().filter(unit__in=units, during__overlap=(starts, ends + DAY))
        for unit, star, during in held.order_by("unit", "during").values_list("unit_id", "star", "during"):
            last = ends if during.upper is None else min(ends, during.upper - DAY)
            periods[unit].append(Spell(star, max(starts, during.lower), last))
        spells = {}
        for line in lines:
            holders = [(line.unit_id, starts), *passed.get(line.unit_id, [])]
            until = [day - DAY for _unit, day in holders[1:]] + [ends]
            spells[line.pk] = [
                Spell(spell.star, max(spell.first, since), min(spell.last, last))
                for (unit, since), last in zip(holders, until, strict=True)
                for spell in periods[unit]
                if spell.first <= last and spell.last >= since
            ]
        return {pk: _without_gaps(found, starts, ends) for pk, found in spells.items()}


def _without_gaps(spells: list[Spell], starts: date, ends: date) -> list[Spell]:
    whole, day = [], starts
    for spell in spells:
        if day < spell.first:
            whole.append(Spell(0, day, spell.first - DAY))
        whole.append(spell)
        day = spell.last + DAY
    return whole + ([Spell(0, day, ends)] if day <= ends else [])


def _days(spells: list[Spell]) -> list[Held]:
    days: Counter[int] = Counter()
    for spell in spells:
        days[spell.star] += (spell.last - spell.first).days + 1
    return [Held(star, count) for star, count in days.items()]


def _unless_nothing(consequence: StarFall) -> StarFall | None:
    return consequence if consequence.amount or consequence.released else None
