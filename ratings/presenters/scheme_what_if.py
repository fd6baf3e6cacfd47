"""What a draft would do, as its page shows it: picture, townships, who moves and why, lines, burden."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.allowance.allowed_star import Short
from ratings.allowance.comparison import Pair, stars, townships
from ratings.allowance.shortfall import why_words
from ratings.allowance.what_if import AlikeCriterion, LineMoved, alike, lines_moved, moved_by_line, unanswered
from ratings.presenters.star_bars import StarBarPiece, pieces
from ratings.presenters.totals_histogram import Histogram, histogram
from ratings.scheme.burden import Burden, burden
from ratings.scheme.spec import Criterion, SchemeSpec
from villages.models import Unit

MOST_MOVED = 200


@dataclass(frozen=True)
class Change:
    """Points of one criterion before and after; None where a scheme has no such criterion."""

    code: str
    before: str | None
    after: str | None
    penalty: bool = False

    @property
    def by(self) -> Decimal:
        """What it does to the total."""
        more = Decimal(self.after or 0) - Decimal(self.before or 0)
        return -more if self.penalty else more


@dataclass(frozen=True)
class UnitMoved:
    """A unit whose star changes, and by which criteria, those that carry it first.

    ``main``: the first one that explains the change alone: with its points as before, the total would lead to the
    old star. ``lines``: what of a star line did it, in words.
    """

    name: str
    township: str
    pair: Pair
    changes: list[Change]
    main: Change | None
    lines: list[str]


@dataclass(frozen=True)
class TownshipRow:
    """``cells``: units of each star, before and after."""

    name: str
    cells: list[tuple[int, int, int]]
    up: int
    down: int


@dataclass(frozen=True)
class WhatIf:
    stars: list[int]
    totals: Histogram
    before: list[StarBarPiece]
    after: list[StarBarPiece]
    up: int
    down: int
    same: int
    townships: list[TownshipRow]
    moved: list[UnitMoved]
    alike: list[AlikeCriterion]
    unanswered: list[Criterion]
    lines: list[LineMoved]
    burden_before: Burden
    burden_after: Burden

    @property
    def more(self) -> int:
        """How many of those who move are not listed."""
        return self.up + self.down - len(self.moved)


def what_if(new: SchemeSpec, old: SchemeSpec, pairs: Sequence[Pair], county: str) -> WhatIf:
    """``county``: the unit whose names may be shown."""
    names = dict(Unit.objects.within(county).values_list("code", "name"))
    possible = stars(old, new)
    moving = [pair for pair in pairs if pair.change]
    up = sum(pair.change > 0 for pair in moving)
    penalties = {c.code for spec in (old, new) for area in spec.areas if area.kind == "penalty" for c in area.criteria}
    return WhatIf(
        stars=possible,
        totals=histogram(new, pairs),
        before=pieces(pair.before["star"] for pair in pairs),
        after=pieces(pair.after["star"] for pair in pairs),
        up=up,
        down=len(moving) - up,
        same=len(pairs) - len(moving),
        townships=_townships(pairs, possible, names),
        moved=[
            _moved(pair, names, new, old, penalties)
            for pair in sorted(moving, key=lambda pair: pair.change)[:MOST_MOVED]
        ],
        alike=alike(new, pairs),
        unanswered=unanswered(new, pairs),
        lines=lines_moved(new, pairs),
        burden_before=burden(old),
        burden_after=burden(new),
    )


def _townships(pairs: Sequence[Pair], possible: list[int], names: dict[str, str]) -> list[TownshipRow]:
    rows = []
    for code, sides in townships(pairs, possible).items():
        mine = [pair.change for pair in pairs if pair.unit.startswith(code)]
        cells = [(star, sides["before"][str(star)], sides["after"][str(star)]) for star in possible]
        up, down = sum(change > 0 for change in mine), sum(change < 0 for change in mine)
        rows.append(TownshipRow(names.get(code, code), cells, up, down))
    return rows


def _moved(
    pair: Pair, names: dict[str, str], new: SchemeSpec, old: SchemeSpec, penalties: Collection[str]
) -> UnitMoved:
    changes = [Change(code, *points, penalty=code in penalties) for code, points in pair.criteria.items()]
    changes.sort(key=lambda change: change.by, reverse=pair.change > 0)
    name, township = names.get(pair.unit, pair.unit), names.get(pair.unit[:9], "")
    lines = [_line_words(old if pair.change > 0 else new, short, pair) for short in moved_by_line(pair, old)]
    return UnitMoved(name, township, pair, changes, _main(pair, new, changes), lines)


def _line_words(spec: SchemeSpec, short: Short, pair: Pair) -> str:
    areas = {area.code: area.name or area.code for area in spec.areas}
    star = star_name(short.star) if isinstance(short.star, int) else areas[short.star]
    said = _("%(star)s before: %(why)s") if pair.change > 0 else _("%(star)s: %(why)s")
    return said % {"star": star, "why": why_words(spec, short)}


def _main(pair: Pair, spec: SchemeSpec, changes: Sequence[Change]) -> Change | None:
    """Only where totals decide: the line that was lost is reached again, or the one that was won no longer is."""
    star = max(pair.before["star"], pair.after["star"])
    line = next((line for line in spec.stars if line.star == star), None)
    if spec.rule != "lines" or line is None or (line.total is None and line.over is None):
        return None
    for change in changes:
        total = Decimal(pair.after["total"]) - change.by
        reached = total > line.over if line.total is None else total >= line.total
        if reached == (pair.change < 0):
            return change
    return None


def options(scheme: Any, issued: Iterable[Any]) -> list[Any]:
    """The schemes to compare with: the one that the draft would replace, then the latest years before it."""
    return sorted(issued, key=lambda one: (one.year > scheme.year, -one.year, -one.version))
