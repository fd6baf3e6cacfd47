"""What a programme makes of the facts: the same scoring as everywhere (``try_scheme``, formats §2)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from programmes.facts import FactsOfUnit, facts_of
from programmes.models import ProgrammeCycle, ProgrammeResult
from ratings.allowance.dry_run import try_scheme
from ratings.scheme.reading import Reading
from records.numbers import plain


@dataclass(frozen=True)
class Graded:
    """``found`` is what ``try_scheme`` says of the unit; None while something is missing: then it has no grade."""

    known: FactsOfUnit
    found: dict[str, Any] | None

    @property
    def grade(self) -> int:
        return int(self.found["star"]) if self.found else 0

    @property
    def total(self) -> Decimal | None:
        return Decimal(self.found["total"]) if self.found else None

    def result(self, cycle: ProgrammeCycle) -> ProgrammeResult:
        """To be kept: with the facts that it rests on, which may change in the application afterwards."""
        known = self.known
        return ProgrammeResult(
            cycle=cycle,
            unit=known.unit,
            grade=self.grade,
            total=self.total,
            found=self.found,
            basis={
                "facts": {one.item: [plain(one.value), one.source] for one in known.facts if one.value is not None},
                "tags": sorted(known.tags),
                "vetoes": sorted([code, on.isoformat()] for code, on in known.vetoes),
            },
            missing=[one.item for one in known.missing],
            sent=known.is_sent,
        )


def graded(cycle: ProgrammeCycle, day: date) -> list[Graded]:
    """Every unit that the programme rates, by code, as of ``day``. What is incomplete counts as one with 0 points."""
    known = facts_of(cycle, cycle.rated_units().order_by("code"))
    complete = {code: one.for_scoring() for code, one in known.items() if one.is_complete}
    reading = Reading(cycle.scheme.body, cycle.scheme.spec)
    found = {row["unit"]: row for row in try_scheme(reading, complete, day, rated=len(known))}
    return [Graded(one, found.get(code)) for code, one in known.items()]


def counts(results: Iterable[tuple[int, bool]]) -> dict[str, Any]:
    """How many have each grade, the highest first (0: none), and how many could not be judged; of each result its grade
    and whether it was judged."""
    results = list(results)
    grades = Counter(grade for grade, judged in results if judged)
    return {
        "grades": [[grade, grades[grade]] for grade in sorted(grades, reverse=True)],
        "incomplete": sum(not judged for _grade, judged in results),
        "all": len(results),
    }
