"""A draft beside another scheme, on the same facts and the same day (formats §6, ``--against``). Keeps nothing."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any

from ratings.allowance.dry_run import try_scheme
from ratings.scheme.burden import burden
from ratings.scheme.reading import Reading
from ratings.scheme.spec import SchemeSpec
from ratings.scoring.unit_facts import UnitFacts
from villages.models.unit import prefixes

Result = dict[str, Any]
"""One unit as ``try_scheme`` writes it."""


@dataclass(frozen=True)
class Pair:
    """One unit under both schemes."""

    before: Result
    after: Result

    @property
    def unit(self) -> str:
        return str(self.before["unit"])

    @property
    def change(self) -> int:
        """Stars won or lost."""
        return int(self.after["star"] - self.before["star"])

    @property
    def criteria(self) -> dict[str, list[str | None]]:
        """The points that differ, before and after; None where a scheme has no such criterion."""
        before, after = self.before["criteria"], self.after["criteria"]
        both = {code: [before.get(code), after.get(code)] for code in {**before, **after}}
        return {code: points for code, points in both.items() if points[0] != points[1]}


def judge_both(
    new: Reading,
    old: Reading,
    new_facts: Mapping[str, UnitFacts],
    old_facts: Mapping[str, UnitFacts],
    day: date,
    *,
    only_answered: bool = False,
) -> list[Pair]:
    """Every unit under both schemes on ``day``, with the year of ``old``, sorted by code.

    ``only_answered``: see ``ManyUnits``.
    """
    after = try_scheme(in_year(new, old.spec.year), new_facts, day, only_answered=only_answered)
    before = try_scheme(old, old_facts, day, only_answered=only_answered)
    return [Pair(*pair) for pair in zip(before, after, strict=True)]


def in_year(reading: Reading, year: int) -> Reading:
    """The scheme as if it were that of ``year``: a veto without months looks at it."""
    return replace(reading, body={**reading.body, "year": year}, spec=reading.spec.model_copy(update={"year": year}))


def comparison(new: SchemeSpec, old: SchemeSpec, pairs: list[Pair]) -> dict[str, Any]:
    """What ``try_scheme --against`` writes."""
    moved = Counter((pair.change > 0) - (pair.change < 0) for pair in pairs)
    return {
        "units": [_unit(pair) for pair in pairs],
        "moved": {"up": moved[1], "down": moved[-1], "same": moved[0]},
        "townships": townships(pairs, stars(old, new)),
        "burden": {"before": asdict(burden(old)), "after": asdict(burden(new))},
    }


def stars(*specs: SchemeSpec) -> list[int]:
    """Every star that a unit can have under one of the schemes, highest first, 0 too."""
    found = {0}
    for spec in specs:
        bases = sum(area.kind == "base" for area in spec.areas)
        found |= set(range(1, bases + 1)) if spec.rule == "areas" else {line.star for line in spec.stars}
    return sorted(found, reverse=True)


def townships(pairs: Iterable[Pair], possible: list[int]) -> dict[str, dict[str, dict[str, int]]]:
    """By the unit above, how many units have each star before and after."""
    counts: dict[str, dict[str, Counter[int]]] = {}
    for pair in pairs:
        above = counts.setdefault(unit_above(pair.unit), {"before": Counter(), "after": Counter()})
        above["before"][pair.before["star"]] += 1
        above["after"][pair.after["star"]] += 1
    return {
        code: {side: {str(star): found[star] for star in possible} for side, found in sides.items()}
        for code, sides in sorted(counts.items())
    }


def unit_above(code: str) -> str:
    """The code of the unit above; of a province its own."""
    return prefixes(code)[-2:][0]


def _unit(pair: Pair) -> dict[str, Any]:
    return {
        "unit": pair.unit,
        "before": pair.before["star"],
        "after": pair.after["star"],
        "total": [pair.before["total"], pair.after["total"]],
        "criteria": pair.criteria,
    }
