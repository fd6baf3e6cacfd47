"""The list that a figure of the dashboard opens: the rows that it counts, in words."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from followups.kinds import KINDS
from followups.models import FollowUp
from incentives.models import LedgerEntry
from reports import duties
from reports.charts import BANDS, DISPUTES, HEIGHTS, PAYMENTS, STATES
from reports.dashboard import STAGES, current_windows, with_stage
from reports.findings import FACETS, QUESTIONS, AsOf, Chosen, ListedRow, listed
from reports.words import Names
from villages.models import Unit, below

STAGE = "stage"
VIEW_MONEY = "incentives.view_incentive"
OF_MONEY = ("money", "grants", "payments", "clawbacks")
NEEDS = {"events": "ratings.view_event", **dict.fromkeys(OF_MONEY, VIEW_MONEY)}
"""What a reader must hold on the unit beside the dashboard's own permission."""
TITLES = {
    "late": gettext_lazy("What is late"),
    "warnings": gettext_lazy("Warnings"),
    "new_warnings": gettext_lazy("Warnings of the last 7 days"),
    STAGE: gettext_lazy("Units by stage"),
    "stars": gettext_lazy("Units by star"),
    "events": gettext_lazy("Events of the year"),
    "disputes": gettext_lazy("Objections and appeals of the year"),
    "money": gettext_lazy("Rewards and project money of the year"),
    "losses": gettext_lazy("Points lost"),
    "gap": gettext_lazy("Self-assessment and panel"),
    "moves": gettext_lazy("Units by star on 1 January and on the day"),
    "open": gettext_lazy("Units with an open event"),
    "grants": gettext_lazy("Rewards and project money, year by year"),
    "payments": gettext_lazy("Payments of the year"),
    "clawbacks": gettext_lazy("Clawbacks that wait for a decision"),
}
MOVES = {
    "up": gettext_lazy("Rose"),
    "down": gettext_lazy("Fell"),
    "same": gettext_lazy("Neither rose nor fell"),
}


@dataclass(frozen=True)
class Line:
    """One row of a list: its unit, under each heading what it says, and the page behind it."""

    unit: str
    name: str
    cells: list[tuple[str, Any]]
    url: str


class Column(NamedTuple):
    head: Any
    words: Callable[[ListedRow, Names], Any]
    number: bool = False


_SINCE = Column(gettext_lazy("Day"), lambda row, _names: row.since)
_AMOUNTS = [
    Column(gettext_lazy("Source"), lambda row, _names: _source(row.b)),
    Column(gettext_lazy("Due (yuan)"), lambda row, _names: row.m, True),
    Column(gettext_lazy("Paid (yuan)"), lambda row, _names: row.n, True),
    Column(gettext_lazy("Remark"), lambda row, _names: PAYMENTS[row.c]),
]
COLUMNS: dict[str, list[Column]] = {
    STAGE: [Column(gettext_lazy("Stage"), lambda row, _names: STAGES[row.a][0])],
    "stars": [
        Column(gettext_lazy("Year"), lambda row, _names: row.a),
        Column(gettext_lazy("Star"), lambda row, _names: star_name(int(row.b))),
        Column(gettext_lazy("Since"), lambda row, _names: row.since),
    ],
    "events": [
        Column(gettext_lazy("Event"), lambda row, names: names.events.get(row.a, row.a)),
        Column(gettext_lazy("State"), lambda row, _names: STATES[row.c]),
        _SINCE,
    ],
    "disputes": [
        Column(gettext_lazy("Kind"), lambda row, _names: DISPUTES[row.a]),
        Column(gettext_lazy("State"), lambda row, _names: STATES[row.b]),
        _SINCE,
    ],
    "money": [
        Column(gettext_lazy("Star"), lambda row, _names: star_name(int(row.a))),
        *_AMOUNTS,
    ],
    "losses": [
        Column(gettext_lazy("Year"), lambda row, _names: row.a),
        Column(gettext_lazy("Criterion"), lambda row, names: names.criteria.get(row.b, row.b)),
        Column(gettext_lazy("Points lost"), lambda row, _names: points_text(row.n), True),
        Column(gettext_lazy("Of"), lambda row, _names: points_text(row.m), True),
    ],
    "gap": [
        Column(gettext_lazy("Self-assessment"), lambda row, _names: points_text(row.n + row.m), True),
        Column(gettext_lazy("Panel"), lambda row, _names: points_text(row.m), True),
        Column(gettext_lazy("Difference"), lambda row, _names: points_text(row.n), True),
        Column(gettext_lazy("Band"), lambda row, _names: BANDS[row.a]),
    ],
    "moves": [
        Column(gettext_lazy("1 January"), lambda row, _names: star_name(int(row.b))),
        Column(gettext_lazy("Star"), lambda row, _names: star_name(int(row.c))),
        Column(gettext_lazy("Movement"), lambda row, _names: MOVES[row.a]),
        Column(gettext_lazy("Since"), lambda row, _names: row.since),
    ],
    "open": [
        Column(gettext_lazy("Open events"), lambda row, _names: row.n, True),
        Column(gettext_lazy("The oldest since"), lambda row, _names: row.since),
    ],
    "grants": [
        Column(gettext_lazy("Year"), lambda row, _names: row.a),
        *_AMOUNTS,
    ],
    "payments": [
        _SINCE,
        Column(gettext_lazy("Kind"), lambda row, _names: LedgerEntry.Kind(row.b).label),
        Column(gettext_lazy("Paid (yuan)"), lambda row, _names: row.n, True),
    ],
    "clawbacks": [
        Column(gettext_lazy("Proposed"), lambda row, _names: row.since),
        Column(gettext_lazy("Amount to claim back"), lambda row, _names: row.n, True),
        Column(gettext_lazy("Amount no longer promised"), lambda row, _names: row.m, True),
    ],
}
_OF_DUTIES = [gettext_lazy("What"), gettext_lazy("Whose turn"), gettext_lazy("Due")]


def may_ask(user: User, unit: Unit, question: str) -> bool:
    needed = NEEDS.get(question)
    return needed is None or user.has_perm(needed, unit)


def _source(kind: str) -> str:
    return {"reward": _("Reward"), "fund": _("Project fund")}[kind]


def heads(question: str) -> list[str]:
    return (
        [str(column.head) for column in COLUMNS[question]] if question in COLUMNS else [str(one) for one in _OF_DUTIES]
    )


def numbers(question: str) -> list[str]:
    """The headings of the columns that are numbers; those of a question about money are amounts."""
    return [str(column.head) for column in COLUMNS.get(question, []) if column.number]


class Lines(Sequence[Line]):
    """What a question lists, put into words where it is looked at: a list may have ten thousands of rows, a page of it
    fifty."""

    def __init__(self, rows: Sequence[Any], line: Callable[[Any], Line]) -> None:
        self.rows, self.line = rows, line

    def __len__(self) -> int:
        return len(self.rows)

    def __getitem__(self, place: Any) -> Any:
        found = self.rows[place]
        return [self.line(row) for row in found] if isinstance(place, slice) else self.line(found)


def lines(user: User, seen: AsOf, question: str, chosen: Chosen, place: str, names: Names) -> Lines:
    """What ``question`` lists; ``chosen``: facets, ``place``: a unit below."""
    under = heads(question)
    if question in duties.LISTS:
        return Lines(list(_duties(user, seen, question, chosen, place)), lambda one: _duty(one, under))
    rows = _staged(seen, chosen, place) if question == STAGE else listed(seen, question, chosen, place)
    return Lines(rows, lambda row: _line(question, row, names, under))


def _line(question: str, row: ListedRow, names: Names, under: list[str]) -> Line:
    page = {"events": "event", "clawbacks": row.c}.get(question)
    url = reverse(page, args=[row.subject]) if page else reverse("unit_file", args=[row.unit])
    cells = [column.words(row, names) for column in COLUMNS[question]]
    return Line(row.unit, row.name, list(zip(under, cells, strict=True)), url)


def _duties(user: User, seen: AsOf, question: str, chosen: Chosen, place: str) -> Any:
    found = duties.LISTS[question](user, seen).filter(below(place or seen.unit.code, "unit_id"))
    if "a" in chosen:
        found = found.filter(kind__in=chosen["a"])
    if "b" in chosen:
        red = duties.is_red(seen)
        found = found.filter(red) if chosen["b"] == ["red"] else found.exclude(red)
    return found.select_related("unit", "responsible_unit").order_by("due_at", "unit", "pk")


def _duty(one: FollowUp, under: list[str]) -> Line:
    cells = [KINDS[one.kind].name, one.office, one.until]
    return Line(one.unit_id, one.unit.name, list(zip(under, cells, strict=True)), one.get_absolute_url())


def _staged(seen: AsOf, chosen: Chosen, place: str) -> list[ListedRow]:
    """As the dashboard counts its stages: only now, since the past stages are not kept."""
    units = with_stage(seen.unit, list(current_windows(seen.unit))).filter(below(place or seen.unit.code))
    if "a" in chosen:
        units = units.filter(stage__in=chosen["a"])
    if "b" in chosen:
        units = units.filter(returned=True)
    rows = units.order_by("code").values_list("code", "name", "stage")
    return [ListedRow(code, name, stage, "", "", Decimal(0), Decimal(0), None, "") for code, name, stage in rows]


SAYS: dict[str, dict[str, Callable[[str, Names], Any]]] = {
    "late": {
        "a": lambda value, _names: KINDS[value].name if value in KINDS else "",
        "b": lambda value, _names: _("Red") if value == "red" else _("Yellow"),
    },
    STAGE: {"a": lambda value, _names: STAGES[value][0], "b": lambda _value, _names: _("being corrected")},
    "stars": {
        "a": lambda value, _names: value,
        "b": lambda value, _names: star_name(int(value)),
        "c": lambda value, _names: HEIGHTS[value],
    },
    "events": {
        "a": lambda value, names: names.events.get(value, value),
        "b": lambda value, _names: _("Month %s") % value,
        "c": lambda value, _names: STATES[value],
    },
    "disputes": {"a": lambda value, _names: DISPUTES[value], "b": lambda value, _names: STATES[value]},
    "money": {
        "a": lambda value, _names: star_name(int(value)),
        "b": lambda value, _names: _source(value),
        "c": lambda value, _names: PAYMENTS[value],
    },
    "losses": {
        "a": lambda value, _names: value,
        "b": lambda value, names: names.criteria.get(value, value),
        "c": lambda value, _names: _("Points lost") if value == "lost" else _("Nothing lost"),
    },
    "gap": {"a": lambda value, _names: BANDS[value]},
    "moves": {
        "a": lambda value, _names: MOVES[value],
        "b": lambda value, _names: _("%s on 1 January") % star_name(int(value)),
        "c": lambda value, _names: _("%s on the day") % star_name(int(value)),
    },
    "grants": {"a": lambda value, _names: value},
    "payments": {"a": lambda value, _names: _("Month %s") % value},
}
"""By question and facet, what a value means; an unknown value raises an error."""


def chosen_words(question: str, chosen: Chosen, place: Unit | None, names: Names) -> list[str]:
    """The filter in words."""
    words = [place.name] if place else []
    says = SAYS.get("late" if question in duties.LISTS else question, {})
    for facet in FACETS:
        if facet in chosen and facet in says:
            words.append(_(", ").join(str(says[facet](value, names)) for value in chosen[facet]))
    return [word for word in words if word]


LISTED = {*duties.LISTS, STAGE, *QUESTIONS}
