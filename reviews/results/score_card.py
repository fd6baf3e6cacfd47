"""The score card of a village: what it lost, what the next star lacks, and what to do first; for its secretary.

Only a released result has one. Names of reviewers are not disclosed; of other villages only the median of the class.
"""

from dataclasses import dataclass
from decimal import Decimal
from statistics import median
from typing import Any

from django.db.models import F, Q, Sum
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from accounts.templatetags.face import points_text, star_name
from ratings.allowance.cheapest_way import CriterionGain, Standing, Way, cheapest_ways, next_star
from ratings.models import Decision, Points
from ratings.scheme.spec import Area
from reviews.results.found import Findings, must_be_true
from reviews.results.next_steps import NextStep, next_steps
from reviews.results.result import Result, ResultLine

FIRST = 3
"""How many things to do are named first."""
SMALLEST_CLASS = 5
"""Below this number of villages no median is shown: it would disclose a neighbour's points."""
YEARS = 3


@dataclass(frozen=True)
class AreaBar:
    """A base area: its points, what the next star asks of it, and the median of the class."""

    area: Area
    points: Decimal
    needs: Decimal | None
    median: Decimal | None

    @property
    def lacks(self) -> Decimal | None:
        return self.needs - self.points if self.needs is not None and self.points < self.needs else None

    def _share(self, points: Decimal | None) -> int | None:
        """``points`` on a scale of 400."""
        return None if points is None or not self.area.full else round(400 * points / self.area.full)

    @property
    def at_points(self) -> int | None:
        return self._share(self.points)

    @property
    def at_needs(self) -> int | None:
        return self._share(self.needs)

    @property
    def at_median(self) -> int | None:
        return self._share(self.median)


@dataclass(frozen=True)
class ToDo:
    """A thing to do: ``enough`` says what is reached once it is done."""

    step: CriterionGain
    must: list[str]
    enough: str


@dataclass(frozen=True)
class LossLine:
    line: ResultLine
    found: str
    first: int | None
    """Its place among the things to do first."""


class ScoreCard:
    """Of ``result``, which its reader may see."""

    def __init__(self, result: Result) -> None:
        self.result, self.spec, self.application = result, result.spec, result.application

    @property
    def exists(self) -> bool:
        """Whether there is a released result with points."""
        decision = self.result.decision
        return decision is not None and decision.state in Decision.State.PUBLISHED and bool(self.result.panel)

    @property
    def decision(self) -> Decision:
        return self.result.decision

    @cached_property
    def star(self) -> int | None:
        """The next star; None for who holds the highest."""
        return next_star(self.spec, self.decision.star)

    @cached_property
    def standing(self) -> Standing:
        return Standing(
            self.spec,
            tuple(line.criterion for block in self.result.blocks for line in block.lines),
            self.result.panel,
            self.result.figures,
            self.result.allowed.barred,
        )

    @cached_property
    def ways(self) -> list[Way]:
        """The cheapest ways to the next star, the cheapest first."""
        return [] if self.star is None or self.points_suffice else cheapest_ways(self.standing, self.star)

    @property
    def points_suffice(self) -> bool:
        """Whether the points allowed the next star although a lower one was decided."""
        return self.star is not None and self.result.allowed.star >= self.star

    @cached_property
    def _short(self) -> list:
        """Every failing condition of the next star."""
        if self.points_suffice or self.spec.rule == "areas":
            return []
        return [short for short in self.result.allowed.short if short.star == self.star]

    @property
    def obstacles(self) -> list[str]:
        """What keeps it from the next star, in words."""
        return self.result.short

    @property
    def beyond_points(self) -> bool:
        """Whether something that points do not change prevents it: a veto, or the rank among others."""
        return any(short.why == "top" or short.why.startswith("bar.") for short in self._short)

    @property
    def gap(self) -> Decimal | None:
        """The points that it lacks, where only points of one kind are missing."""
        lacking = [short for short in self._short if short.why.startswith(("total", "over", "areas.", "core."))]
        return lacking[0].lacks if len(lacking) == len(self._short) == 1 and lacking[0].lacks else None

    @cached_property
    def todos(self) -> list[ToDo]:
        """The cheapest way first, then what gains most; at least ``FIRST`` where so many criteria lost points."""
        way = self.ways[0] if self.ways else ()
        codes = {step.criterion.code for step in way}
        rest = [
            self.standing.step(line.criterion, None) for line in self.lost_lines if line.criterion.code not in codes
        ]
        steps = [*way, *(step for step in rest if step is not None and step.gain > 0)][: max(FIRST, len(way))]
        return [
            ToDo(step, must_be_true(step, self.findings), self._enough(len(way)) if number == len(way) else "")
            for number, step in enumerate(steps, start=1)
        ]

    def _enough(self, count: int) -> str:
        if self.beyond_points:
            return ""
        words = {"star": star_name(self.star), "n": count}
        return (
            _("This alone is enough for %(star)s") % words
            if count == 1
            else _("These %(n)d together are enough for %(star)s") % words
        )

    @property
    def other_ways(self) -> list[str]:
        """The other cheap ways, each in one line."""
        return [
            _(" and ").join(
                _("%(criterion)s +%(points)s")
                % {"criterion": f"{step.criterion.code} {step.criterion.name}", "points": points_text(step.gain)}
                for step in way
            )
            for way in self.ways[1:]
        ]

    @cached_property
    def findings(self) -> Findings:
        return Findings.of(self.application, self.decision.origin, self.standing.figures)

    @cached_property
    def lost_lines(self) -> list[ResultLine]:
        base = [line for block in self.result.blocks if block.area.kind == "base" for line in block.lines]
        return sorted((line for line in base if line.lost > 0), key=lambda line: -line.lost)

    @cached_property
    def lost(self) -> list[LossLine]:
        """Every base criterion that lost points, the largest loss first."""
        first = {todo.step.criterion.code: n for n, todo in enumerate(self.todos, start=1)}
        return [
            LossLine(line, self.findings.words(line.criterion), first.get(line.criterion.code))
            for line in self.lost_lines
        ]

    @property
    def lost_in_all(self) -> Decimal:
        return sum((line.lost for line in self.lost_lines), Decimal(0))

    @property
    def next_steps(self) -> list[NextStep]:
        """What follows from here, from the apps above."""
        return next_steps(self.result.user, self.decision)

    @cached_property
    def bars(self) -> list[AreaBar]:
        line = next((line for line in self.spec.stars if line.star == self.star), None)
        base = [block for block in self.result.blocks if block.area.kind == "base"]
        return [
            AreaBar(
                block.area,
                block.panel,
                line.areas[block.area.code] * block.area.full
                if line and block.area.code in line.areas
                else block.area.line,
                median(one[block.area.code] for one in self.class_points) if self.class_points else None,
            )
            for block in base
        ]

    @cached_property
    def class_points(self) -> list[dict[str, Decimal]]:
        """The released points by area of every village of the same cycle with the same tags; none of a small class."""
        tags = self.application.tags
        base = [area for area in self.spec.areas if area.kind == "base"]
        sums = {
            f"area_{n}": Sum("points", filter=Q(criterion__in=[one.code for one in area.criteria]), default=Decimal(0))
            for n, area in enumerate(base)
        }
        released = Points.objects.filter(
            application__cycle=self.application.cycle,
            application__submitted_tags__contains=tags,
            application__submitted_tags__contained_by=tags,
            application__decisions__state__in=Decision.State.PUBLISHED,
            application__decisions__origin=F("stage"),
        )
        rows: list[dict[str, Any]] = list(released.values("application").annotate(**sums))
        if len(rows) < SMALLEST_CLASS:
            return []
        return [{area.code: row[f"area_{n}"] for n, area in enumerate(base)} for row in rows]

    @property
    def class_name(self) -> str:
        return "、".join(self.application.tags)

    @cached_property
    def years(self) -> list[Decision]:
        """The results of three years, newest first."""
        known = Decision.objects.filter(
            unit=self.application.unit, year__lte=self.application.cycle.year, state__in=Decision.State.PUBLISHED
        )
        return list(known.order_by("-year", "-pk").distinct("year")[:YEARS])
