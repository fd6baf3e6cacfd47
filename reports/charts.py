"""The pictures of a dashboard and what each says in words, from the same counted rows.

SVG by templates (``templates/reports/charts``): every bar is a link, colours are classes, and no library has to be
adapted to the content security policy. Widths here are in units of the picture.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache, lru_cache
from typing import Any, NamedTuple
from urllib.parse import quote as urlquote

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.templatetags.face import star_name
from reports.findings import CountedRow
from reviews.models.lifecycle import AppealState, ObjectionState

WIDE = 100
"""How wide a whole bar is."""
STATES = dict([*AppealState.choices, *ObjectionState.choices]) | {
    "open": gettext_lazy("Still open"),
    "late": gettext_lazy("Open and late"),
    "in_time": gettext_lazy("Closed in time"),
    "too_late": gettext_lazy("Closed late"),
    "closed": gettext_lazy("Closed, without a deadline"),
}
"""Of disputes and of events."""
OPEN = ["open", "late"]
DISPUTES = {"objection": gettext_lazy("Objections"), "appeal": gettext_lazy("Appeals")}
BANDS = {
    "10": gettext_lazy("10 points or more above the panel"),
    "5": gettext_lazy("5 to 10 points above"),
    "0": gettext_lazy("Less than 5 points above"),
    "-": gettext_lazy("Not above the panel"),
}
PAYMENTS = {
    "frozen": gettext_lazy("Frozen"),
    "due": gettext_lazy("To be paid"),
    "settled": gettext_lazy("Paid in full"),
}
HEIGHTS = {
    "high": gettext_lazy("Four stars and more"),
    "middle": gettext_lazy("Two and three stars"),
    "low": gettext_lazy("One star and none"),
}


class Bar(NamedTuple):
    """A part of a bar or column: ``start`` and ``width`` of ``WIDE``; ``query`` opens the list of what it counts."""

    kind: str
    name: str
    count: int
    start: float
    width: float
    query: str
    figure: Any = None

    @property
    def text_at(self) -> float:
        """In a column (``star_years.html``) the height at which its figure stands."""
        return round(27 + 2 * (self.start + self.width / 2), 1)

    @property
    def from_top(self) -> float:
        """In a column of a month, which stands on the ground."""
        return 24 - self.width


_quoted = lru_cache(maxsize=4096)(urlquote)
"""A page asks for a few values five hundred times."""


def query(question: str, **chosen: Any) -> str:
    """The part of a list's address after its unit; a list of values: any of them."""
    pairs = ((key, one) for key, value in chosen.items() for one in (value if isinstance(value, list) else [value]))
    return f"{question}/?" + "&".join(f"{key}={_quoted(str(one))}" for key, one in pairs if one != "")


def percent(part: Decimal | int, whole: Decimal | int) -> int:
    return round(100 * part / whole) if whole else 0


def _parts(question: str, counts: Iterable[tuple[str, str, int, dict[str, Any]]], whole: int) -> list[Bar]:
    """Bars in a row for ``(kind, name, count, facets)``."""
    bars, start = [], 0.0
    for kind, name, count, facets in counts:
        width = round(WIDE * count / whole, 2) if whole else 0
        bars.append(Bar(kind, name, count, round(start, 2), width, query(question, **facets)))
        start += width
    return bars


# --- stars over the years ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class StarYears:
    """Columns of the years, five stars on top."""

    heading: str
    columns: list[tuple[str, list[Bar]]]
    units: int


def star_years(rows: Iterable[CountedRow], day: date, on: str) -> StarYears:
    """``on``: the ``day`` in words; "" for the present one."""
    counts: dict[str, Counter] = defaultdict(Counter)
    for row in rows:
        counts[row.a][int(row.b)] += row.count
    columns, named = [], cache(star_name)
    for year in sorted(counts):
        whole = counts[year].total()
        stars = range(max([5, *counts[year]]), -1, -1)
        parts = [(str(star), named(star), counts[year][star], {"a": year, "b": star}) for star in stars]
        columns.append((year, _parts("stars", parts, whole)))
    now = counts[str(day.year)]
    before = next((year for year in sorted(counts) if counts[year].total() > counts[year][0]), str(day.year))
    words = (
        _("Five stars: %(then)s in %(year)s, %(now)s on %(day)s")
        if on
        else _("Five stars: %(then)s in %(year)s, %(now)s now")
    )
    heading = words % {
        "day": on,
        "then": sum(n for star, n in counts[before].items() if star >= 5),
        "year": before,
        "now": sum(n for star, n in now.items() if star >= 5),
    }
    return StarYears(heading, columns, now.total())


# --- events -----------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class EventKind:
    """One kind of event with a bar for each month, and how many stood how."""

    name: str
    count: int
    query: str
    months: list[Bar]
    states: list[Bar]


@dataclass(frozen=True)
class OpenEvents:
    """The events of a place that are open: how many, and since when the oldest is."""

    place: Bar
    since: date | None


@dataclass(frozen=True)
class Events:
    heading: str
    kinds: list[EventKind]
    places: list[Bar]
    open: list[OpenEvents]


def events(rows: list[CountedRow], names: Mapping[str, str], places: Mapping[str, str], day: date) -> Events:
    kinds: dict[str, list[CountedRow]] = defaultdict(list)
    for row in rows:
        kinds[row.a].append(row)
    most = max((n for found in kinds.values() for n in sums(found, "b").values()), default=1)
    whole_name, short_name = _("Month %(n)s"), _("M%(n)s")
    months = {str(n): (whole_name % {"n": n}, short_name % {"n": n}) for n in range(1, day.month + 1)}
    pictures = [
        EventKind(
            names.get(kind, kind),
            sum(row.count for row in found),
            query("events", a=kind),
            [
                Bar("tone", name, n, 0, round(24 * n / most, 1), query("events", a=kind, b=month) if n else "", short)
                for counts in [sums(found, "b")]
                for month, (name, short) in months.items()
                for n in [counts[month]]
            ],
            [
                Bar(state, str(STATES[state]), n, 0, 0, query("events", a=kind, c=state))
                for state, n in sorted(sums(found, "c").items())
            ],
        )
        for kind, found in sorted(kinds.items(), key=lambda item: -sum(row.count for row in item[1]))
    ]
    states = sums(rows, "c")
    with_day = states["in_time"] + states["too_late"] + states["late"]
    if with_day:
        heading = _("%(count)s events, %(in_time)s of %(with_day)s due ones closed in time")
    else:
        heading = _("%(count)s events, %(open)s of them open")
    whole = sum(row.count for row in rows)
    by_place = [("tone", places.get(code, code), n, {"place": code}) for code, n in _by_place(rows).most_common()]
    return Events(
        heading % {"count": whole, "in_time": states["in_time"], "with_day": with_day, "open": states["open"]},
        pictures,
        _parts("events", by_place, max(_by_place(rows).values(), default=0)),
        _open_events([row for row in rows if row.c in OPEN], places),
    )


def _open_events(rows: list[CountedRow], places: Mapping[str, str]) -> list[OpenEvents]:
    """By place, the most first."""
    oldest = {row.place: row.since for row in sorted(rows, key=lambda row: row.since or date.max, reverse=True)}
    return [
        OpenEvents(Bar("tone", places.get(code, code), n, 0, 0, query("events", c=OPEN, place=code)), oldest[code])
        for code, n in _by_place(rows).most_common()
    ]


def sums(rows: Iterable[CountedRow], facet: str) -> Counter:
    sums: Counter = Counter()
    for row in rows:
        sums[getattr(row, facet)] += row.count
    return sums


def _by_place(rows: Iterable[CountedRow]) -> Counter:
    return sums(rows, "place")


# --- objections and appeals -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Disputes:
    heading: str
    lines: list[tuple[Bar, list[Bar]]]


def disputes(rows: list[CountedRow]) -> Disputes:
    lines = []
    for kind, name in DISPUTES.items():
        states = sums((row for row in rows if row.a == kind), "b")
        whole = states.total()
        parts = [(state, str(STATES[state]), n, {"a": kind, "b": state}) for state, n in sorted(states.items())]
        total = Bar("", str(name), whole, 0, WIDE, query("disputes", a=kind))
        lines.append((total, _parts("disputes", parts, whole)))
    figures = {f"{kind}s": sum(row.count for row in rows if row.a == kind) for kind in DISPUTES}
    upheld = sum(row.count for row in rows if row.b == "upheld")
    heading = _("%(objections)s objections and %(appeals)s appeals, %(upheld)s upheld")
    return Disputes(heading % {**figures, "upheld": upheld}, lines)


# --- money ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class MoneyLine:
    """The money of one star: paid, frozen, still to be paid, each with its amount in yuan."""

    name: str
    count: int
    due: str
    query: str
    parts: list[Bar]


@dataclass(frozen=True)
class Money:
    heading: str
    lines: list[MoneyLine]
    due: str


def yuan(amount: Decimal | int) -> str:
    return f"{amount:,.0f}"


def money(rows: list[CountedRow]) -> Money:
    lines = []
    stars = sorted({row.a for row in rows}, key=int, reverse=True)
    most = max((sum(row.m for row in rows if row.a == star) for star in stars), default=Decimal(0))
    for star in stars:
        own = [row for row in rows if row.a == star]
        amounts = {
            "paid": (_("Paid"), sum(row.n for row in own), {}),
            "frozen": (_("Frozen"), sum(row.m - row.n for row in own if row.c == "frozen"), {"c": "frozen"}),
            "due": (_("To be paid"), sum(row.m - row.n for row in own if row.c == "due"), {"c": "due"}),
        }
        start, parts = 0.0, []
        for kind, (name, amount, facets) in amounts.items():
            width = round(float(WIDE * amount / most), 2) if most else 0
            count = sum(row.count for row in own if not facets or row.c == facets["c"])
            opens = query("money", a=star, **facets)
            parts.append(Bar(kind, name, count, round(start, 2), width, opens, yuan(amount) if amount else ""))
            start += width
        due = yuan(sum(row.m for row in own))
        lines.append(MoneyLine(star_name(int(star)), sum(row.count for row in own), due, query("money", a=star), parts))
    due, paid = sum(row.m for row in rows), sum(row.n for row in rows)
    frozen = sum(row.m - row.n for row in rows if row.c == "frozen")
    heading = _("%(paid)s yuan paid, %(frozen)s yuan frozen") % {"paid": yuan(paid), "frozen": yuan(frozen)}
    return Money(heading, lines, yuan(due))


# --- self-assessment --------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Gap:
    heading: str
    bars: list[Bar]
    units: int
    year: str


def gap(rows: list[CountedRow]) -> Gap:
    bands = sums(rows, "a")
    whole = bands.total()
    mean = sum((row.n for row in rows), Decimal(0)) / whole if whole else Decimal(0)
    if mean < 0:
        heading = _("Self-assessments lie %(mean)s points below the panel; 10 or more above: %(count)s")
    else:
        heading = _("Self-assessments lie %(mean)s points above the panel; 10 or more above: %(count)s")
    heading %= {"mean": f"{abs(mean):.1f}", "count": bands["10"]}
    most = max(bands.values(), default=1)
    bars = [
        Bar(f"gap{n}", str(name), bands[band], 0, round(WIDE * bands[band] / most, 2), query("gap", a=band))
        for n, (band, name) in enumerate(BANDS.items())
    ]
    return Gap(heading, bars, whole, max((row.b for row in rows), default=""))
