"""What a draft would do to the villages, by township, criterion and star line; pure, except for reading the facts."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from ratings.allowance.allowed_star import Short
from ratings.allowance.comparison import Pair, judge_both
from ratings.allowance.reviewed import found_in_review
from ratings.allowance.scheme_revision import answered, applicable
from ratings.allowance.shortfall import written_short
from ratings.models import Application, Cycle, Scheme
from ratings.scheme.reading import Reading
from ratings.scheme.spec import Criterion, SchemeSpec, StarLine
from records.known import known

ALIKE = Decimal("0.95")
"""A criterion on which so many units have the same points hardly distinguishes them."""
ONE = Decimal(1)


@dataclass(frozen=True)
class AlikeCriterion:
    """``points`` that ``count`` of ``of`` units have."""

    criterion: Criterion
    points: str
    count: int
    of: int


@dataclass(frozen=True)
class LineMoved:
    """A star line: who has the star, who would win it with a point less, lose it with a point more."""

    star: int
    line: Decimal
    over: bool
    now: int
    won: int
    lost: int


@dataclass(frozen=True)
class SchemesOnFacts:
    """Both schemes on the facts kept. ``unscored``: units that no single variant fits; ``reviewed``: those of ``pairs``
    for which what the reviewers found counts; ``settled``: units left out, as their result stays what it is."""

    pairs: list[Pair]
    unscored: int = 0
    reviewed: int = 0
    settled: int = 0


def pairs_of_kept(new: Reading, old: Scheme, day: date) -> SchemesOnFacts:
    """On the answers kept under ``old``, and on what the reviewers found where the result is out.

    What is not answered has no points, as in an application and on the page that issues the draft. Where the draft
    would be the next version of a year under way, it is tried, as there, on those alone whom issuing it can move.
    """
    applications = Application.objects.filter(cycle__scheme=old)
    out = applications.filter(state__in=Application.State.RESULT_OUT)
    settled = out if new.spec.year == old.year and old.cycles.filter(state=Cycle.State.OPEN).exists() else out.none()
    units = answered(old, applications.exclude(pk__in=settled))
    found = _found(new.spec, old)
    for unit in units.keys() & found.keys():
        units[unit].values.update(found[unit])
    reading = Reading(old.body, old.spec)
    after, before = applicable(new.spec, units, old), applicable(old.spec, units, old)
    fitting = [unit for unit in units if unit in after and unit in before]
    new_facts, old_facts = ({unit: side[unit] for unit in fitting} for side in (after, before))
    judged = judge_both(new, reading, new_facts, old_facts, day, only_answered=True)
    return SchemesOnFacts(judged, len(units) - len(fitting), sum(unit in found for unit in fitting), settled.count())


def _found(new: SchemeSpec, old: Scheme) -> dict[str, dict[str, Decimal]]:
    """By unit and item what reviewers found; of a result that is not out nothing is known here."""
    kept = list(Application.objects.filter(cycle__scheme=old))
    units = {application.pk: application.unit_id for application in kept}
    criteria = (*new.criteria, *old.spec.criteria)
    items = {question.item for criterion in criteria for question in criterion.questions}
    return {units[pk]: values for pk, values in found_in_review(kept, items).items()}


def alike(spec: SchemeSpec, pairs: Sequence[Pair]) -> list[AlikeCriterion]:
    """The criteria of the draft on which nearly all units that have its facts have the same points."""
    found = []
    for criterion in _one_of_each(spec):
        given = [pair.after["criteria"][criterion.code] for pair in pairs if not _lacks(pair, criterion)]
        for points, count in Counter(given).most_common(1):
            if count >= ALIKE * len(given):
                found.append(AlikeCriterion(criterion, points, count, len(given)))
    return found


def unanswered(spec: SchemeSpec, pairs: Sequence[Pair]) -> list[Criterion]:
    """The criteria of the draft for which no unit has the facts: they have no points."""
    return [criterion for criterion in _one_of_each(spec) if all(_lacks(pair, criterion) for pair in pairs)]


def _one_of_each(spec: SchemeSpec) -> list[Criterion]:
    """Of several variants the first."""
    return list({criterion.code: criterion for criterion in reversed(spec.criteria)}.values())[::-1]


def _lacks(pair: Pair, criterion: Criterion) -> bool:
    return criterion.code in pair.after["missing"]


def moved_by_line(pair: Pair, old: SchemeSpec) -> list[Short]:
    """The conditions of the star lost, or before of the star won, that decide although no points do.

    A line of totals does if the total as it is would still lead to the old star under the old line; the others where
    the points of no criterion differ.
    """
    won = pair.change > 0
    shut, star = (pair.before, pair.after["star"]) if won else (pair.after, pair.before["star"])
    asked = [written_short(one) for one in shut["short"] if one["star"] == star or one["why"] == "line"]
    met = {(one["star"], one["why"]) for one in (pair.after if won else pair.before)["short"]}
    line = next((line for line in old.stars if line.star == star), None)
    total = Decimal(pair.after["total"])
    by_line = line is not None and old.rule == "lines" and _holds(line, total) != won
    return [
        short
        for short in asked
        if (short.star, short.why) not in met and (by_line if short.why in ("total", "over") else not pair.criteria)
    ]


def _holds(line: StarLine, total: Decimal) -> bool:
    return (line.total is None or total >= line.total) and (line.over is None or total > line.over)


def lines_moved(spec: SchemeSpec, pairs: Sequence[Pair]) -> list[LineMoved]:
    """What a point more or less on each line of totals would move, all else as it is."""
    lines = [line for line in spec.stars if line.total is not None or line.over is not None]
    return [_line_moved(line, pairs) for line in lines if spec.rule == "lines"]


def _line_moved(line: StarLine, pairs: Sequence[Pair]) -> LineMoved:
    over = line.total is None
    bound = known(line.over if over else line.total)
    having = [pair.after for pair in pairs if pair.after["star"] == line.star]
    return LineMoved(
        star=line.star,
        line=bound,
        over=over,
        now=len(having),
        won=sum(_wins(pair.after, line.star, bound - ONE, over) for pair in pairs),
        lost=sum(not _reaches(result, bound + ONE, over) for result in having),
    )


def _wins(result: dict[str, Any], star: int, bound: Decimal, over: bool) -> bool:
    """Whether the total alone keeps a unit from the star, and reaches ``bound``."""
    why = [short["why"] for short in result["short"] if short["star"] == star]
    return result["star"] < star and why == ["over" if over else "total"] and _reaches(result, bound, over)


def _reaches(result: dict[str, Any], bound: Decimal, over: bool) -> bool:
    total = Decimal(result["total"])
    return total > bound if over else total >= bound
