"""Elements of which a dashboard has hundreds, written without a template: rendering them took most of the page's time.

What comes from people (names) is escaped once each; everything else here is a number, a code or a quoted address.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from html import escape
from typing import NamedTuple

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.charts import Bar
from reports.dashboard import DashboardPlace, Square
from reports.loss_charts import Loss, Losses
from reports.tiles import Tile

SHORT = 2
"""So many characters of a place's name stand above a narrow column."""
LEGIBLE = 5.5
"""Per cent of a column: a lower part has no room for its figure."""
_escaped = lru_cache(maxsize=4096)(escape)
"""Of words and addresses: all days and places have the same few."""


@dataclass(frozen=True)
class ListLinks:
    """Where the lists behind the figures of a dashboard are: below ``base``, as of a day."""

    base: str
    and_day: str

    def to(self, query: str) -> SafeString:
        """The address of the list that ``query`` chooses, for an attribute."""
        return SafeString(_escaped(self.base) + _escaped(query) + _escaped(self.and_day))


def squares(shown: Iterable[Square], names: Mapping[int, str]) -> SafeString:
    """Squares of the star wall as list items; ``names``: of the stars."""
    before, after = reverse("unit_file", args=["CODE"]).split("CODE")
    flagged = "，" + escape(_("with an open event"))
    said = {star: escape(name) for star, name in names.items()}
    items = []
    for one in shown:
        words = f"{escape(one.name)} {said[one.star]}"
        mark, more = (" flag", flagged) if one.flag else ("", "")
        items.append(
            f'<li><a class="s{one.star}{mark}" href="{before}{one.code}{after}" title="{words}"'
            f' aria-label="{words}{more}">{one.star}</a></li>'
        )
    return mark_safe("".join(items))  # noqa: S308 (see above)


def heat_heads(places: Mapping[str, str]) -> SafeString:
    """The columns of ``places`` (names by code): the first two characters, the rest for those who do not see it."""
    heads = (
        f'<th role="columnheader" scope="col">{escape(name[:SHORT])}'
        f'<span class="hidden">{escape(name[SHORT:])}</span></th>'
        for name in places.values()
    )
    return mark_safe("".join(heads))  # noqa: S308 (see above)


def heat_rows(losses: Losses, links: ListLinks) -> list[tuple[Loss, SafeString]]:
    """Each criterion with its cells: what it loses in each place, in all, and the year before; each opens its list."""
    places = [
        (escape(f"&place={code}{links.and_day}"), escape(name), escape(name[:SHORT]))
        for code, name in losses.places.items()
    ]
    in_all, before = escape(_("All")), escape(_("Year before"))
    rows = []
    for loss in losses.criteria:
        opens, criterion, cells = escape(links.base + loss.query), escape(loss.name), []
        for (of_place, place, short), cell in zip(places, loss.cells, strict=True):
            found = (
                "<span>—</span>"
                if cell.percent is None
                else f'<a href="{opens}{of_place}" title="{place} {criterion} {cell.percent}%">'
                f"{cell.percent}{'↑' if cell.worse else ''}</a>"
            )
            cells.append(f'<td role="cell" class="heat{cell.tone}" data-label="{short}">{found}</td>')
        found = f'<a href="{links.to(loss.query)}">{loss.percent}</a>'
        cells.append(f'<td role="cell" class="all" data-label="{in_all}">{found}</td>')
        found = (
            "<span>—</span>" if loss.before is None else f'<a href="{links.to(loss.query_before)}">{loss.before}</a>'
        )
        cells.append(f'<td role="cell" class="was" data-label="{before}">{found}</td>')
        rows.append((loss, mark_safe("".join(cells))))  # noqa: S308 (see above)
    return rows


def tiles(shown: Iterable[Tile], links: ListLinks | None) -> SafeString:
    """The tiles of a map as list items; ``links``: None where no list opens."""
    before, after = reverse("dashboard", args=["CODE"]).split("CODE")
    items = []
    for tile in shown:
        at = f' class="r{tile.row} c{tile.column}"' if tile.row else ""
        count = f'<a href="{links.to(tile.query)}">{tile.count}</a>' if links else f"{tile.count}"
        items.append(
            f'<li{at}><div class="tone{tile.tone}"><a href="{before}{tile.code}{after}">{escape(tile.name)}</a>'
            f" <b>{tile.percent}%</b> <small>{count}／{tile.of} {_moved(tile.change)}</small></div></li>"
        )
    return mark_safe("".join(items))  # noqa: S308 (see above)


def _moved(change: int | None) -> str:
    if change is None:
        return ""
    return f"↑{change}" if change > 0 else f"↓{-change}" if change < 0 else "＝"


def star_rows(
    places: Iterable[DashboardPlace], names: Mapping[int, str], links: ListLinks | None
) -> list[tuple[DashboardPlace, SafeString]]:
    """Each place with its cells: how many units hold each star, how many are rated, rose and fell; ``links``: None
    where none open."""
    heads = [*names.values(), _("Rated units"), _("Rose"), _("Fell")]
    chosen = [*(f"c={star}&" for star in names), "", "a=up&", "a=down&"]
    columns = [(escape(head), f"moves/?{one}place=") for head, one in zip(heads, chosen, strict=True)]
    rows = []
    for place in places:
        counts = [*(place.stars[star] for star in names), place.rated, place.up, place.down]
        figures = zip(columns, counts, strict=True)
        rows.append((place, _numbers(((head, n, f"{query}{place.code}") for (head, query), n in figures), links)))
    return rows


def moved_cells(star: int, before: int, now: int, heading: str, links: ListLinks | None) -> SafeString:
    """How many units held a star on 1 January and hold it on the day, whose column has this ``heading``."""
    figures = [(escape(_("1 January")), before, f"moves/?b={star}"), (escape(heading), now, f"moves/?c={star}")]
    return _numbers(figures, links)


def _numbers(figures: Iterable[tuple[str, int, str]], links: ListLinks | None) -> SafeString:
    """Cells of numbers: each its column's name (escaped), how many, and what opens the list of them."""
    cells = []
    for name, count, query in figures:
        opens = f'<a href="{links.to(query)}">{count}</a>' if links and count else count
        cells.append(f'<td role="cell" class="number" data-label="{name}"><span>{opens}</span></td>')
    return mark_safe("".join(cells))  # noqa: S308 (see above)


class StageCell(NamedTuple):
    """How many units of a place have not passed a step; ``late`` when its day is past."""

    name: str
    count: int
    late: bool
    query: str


def stage_cells(shown: Iterable[StageCell], links: ListLinks | None) -> SafeString:
    """How far a place is; ``links``: None where none open."""
    done, late = escape(_("all done")), escape(_("late"))
    passed, cells = f'✓<span class="hidden"> {done}</span>', []
    for cell in shown:
        if cell.count:
            found = f'<a href="{links.to(cell.query)}">{cell.count}</a>' if links else f"{cell.count}"
            found += f'<span class="hidden"> {late}</span>' if cell.late else ""
            mark = ' class="late"' if cell.late else ""
        else:
            found, mark = passed, ' class="none"'
        cells.append(f'<td role="cell"{mark} data-label="{escape(cell.name)}"><span>{found}</span></td>')
    return mark_safe("".join(cells))  # noqa: S308 (see above)


def year_column(year: str, parts: Iterable[Bar], links: ListLinks) -> SafeString:
    """The stars at the end of a year as a column of 200, five stars on top; each part opens its list."""
    drawn = []
    for part in parts:
        if not part.count:
            continue
        colour = "t-white" if part.kind > "3" else "t-ink"  # on the dark colours of four stars and more
        figure = (
            f'<text class="{colour} mid" x="30" y="{part.text_at}">{part.count}</text>' if part.width >= LEGIBLE else ""
        )
        drawn.append(
            f'<a href="{links.to(part.query)}"><title>{year} {_escaped(part.name)} {part.count}</title>'
            f'<svg x="2" y="22" width="56" height="200" viewBox="0 0 56 100" preserveAspectRatio="none">'
            f'<rect class="f{part.kind} edge" y="{part.start}" width="56" height="{part.width}"/></svg>{figure}</a>'
        )
    return mark_safe("".join(drawn))  # noqa: S308 (see above)


def year_cells(parts: Iterable[Bar], links: ListLinks) -> SafeString:
    """The same in figures."""
    cells = [
        f'<td role="cell" class="number" data-label="{_escaped(part.name)}">'
        f'<a href="{links.to(part.query)}">{part.count}</a></td>'
        for part in parts
    ]
    return mark_safe("".join(cells))  # noqa: S308 (see above)


def months(bars: Iterable[Bar], links: ListLinks) -> SafeString:
    """The months of one kind of event as list items: a column, how many, and which month."""
    items = []
    for bar in bars:
        found = (
            f'<a href="{links.to(bar.query)}"><b>{bar.count}</b><span class="hidden"> {_escaped(bar.name)}</span></a>'
            if bar.count
            else "0"
        )
        items.append(
            '<li><svg viewBox="0 0 20 24" preserveAspectRatio="none" aria-hidden="true">'
            f'<rect class="f-tone" x="3" y="{bar.from_top}" width="14" height="{bar.width}"/></svg>'
            f"{found}<small>{_escaped(bar.figure)}</small></li>"
        )
    return mark_safe("".join(items))  # noqa: S308 (see above)
