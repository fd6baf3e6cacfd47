"""The list that a figure of the dashboard opens: the rows that it counts, in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
from reports import duties
from reports.charts import BANDS, DISPUTES, HEIGHTS, STATES
from reports.dashboard import STAGES, current_windows, with_stage
from reports.findings import QUESTIONS, AsOf, ListedRow, listed
from reports.words import Names
from villages.models import Unit, below

STAGE = "stage"
VIEW_MONEY = "incentives.view_incentive"
NEEDS = {"events": "ratings.view_event", "money": VIEW_MONEY}
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
        Column(gettext_lazy("Source"), lambda row, _names: _source(row.b)),
        Column(gettext_lazy("Due (yuan)"), lambda row, _names: row.m, True),
        Column(gettext_lazy("Paid (yuan)"), lambda row, _names: row.n, True),
        Column(gettext_lazy("Remark"), lambda row, _names: _("Frozen") if row.c == "frozen" else ""),
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


def lines(user: User, seen: AsOf, question: str, chosen: dict[str, str], place: str, names: Names) -> list[Line]:
    """What ``question`` lists; ``chosen``: facets, ``place``: a unit below."""
    if question in duties.LISTS:
        return [_duty(one) for one in _duties(user, seen, question, chosen, place)]
    rows = _staged(seen, chosen, place) if question == STAGE else listed(seen, question, chosen, place)
    return [_line(question, row, names) for row in rows]


def _line(question: str, row: ListedRow, names: Names) -> Line:
    url = reverse("event", args=[row.subject]) if question == "events" else reverse("unit_file", args=[row.unit])
    cells = [column.words(row, names) for column in COLUMNS[question]]
    return Line(row.unit, row.name, list(zip(heads(question), cells, strict=True)), url)


def _duties(user: User, seen: AsOf, question: str, chosen: dict[str, str], place: str) -> Any:
    found = duties.LISTS[question](user, seen).filter(below(place or seen.unit.code, "unit_id"))
    if "a" in chosen:
        found = found.filter(kind=chosen["a"])
    if "b" in chosen:
        red = duties.late(user, seen).order_by().values("pk")
        found = found.filter(pk__in=red) if chosen["b"] == "red" else found.exclude(pk__in=red)
    return found.select_related("unit", "responsible_unit").order_by("due_at", "unit", "pk")


def _duty(one: FollowUp) -> Line:
    cells = [KINDS[one.kind].name, one.office, one.until]
    return Line(one.unit_id, one.unit.name, list(zip(heads("late"), cells, strict=True)), one.get_absolute_url())


def _staged(seen: AsOf, chosen: dict[str, str], place: str) -> list[ListedRow]:
    """As the dashboard counts its stages: only now, since the past stages are not kept."""
    units = with_stage(seen.unit, list(current_windows(seen.unit))).filter(below(place or seen.unit.code))
    if "a" in chosen:
        units = units.filter(stage=chosen["a"])
    rows = units.order_by("code").values_list("code", "name", "stage")
    return [ListedRow(code, name, stage, "", "", Decimal(0), Decimal(0), None, "") for code, name, stage in rows]


def chosen_words(question: str, chosen: Mapping[str, str], place: Unit | None, names: Names) -> list[str]:
    """The filter in words."""
    found = (chosen.get("a", ""), chosen.get("b", ""), chosen.get("c", ""))
    row = ListedRow("", "", *found, Decimal(0), Decimal(0), None, "")
    words: list[Any] = [place.name] if place else []
    if question in duties.LISTS:
        words += [KINDS[row.a].name] if row.a in KINDS else []
        return [str(one) for one in words]
    known: dict[str, list[tuple[str, Callable[[], Any]]]] = {
        STAGE: [("a", lambda: STAGES[row.a][0])],
        "stars": [("a", lambda: row.a), ("b", lambda: star_name(int(row.b))), ("c", lambda: HEIGHTS[row.c])],
        "events": [
            ("a", lambda: names.events.get(row.a, row.a)),
            ("b", lambda: _("Month %s") % row.b),
            ("c", lambda: STATES[row.c]),
        ],
        "disputes": [("a", lambda: DISPUTES[row.a]), ("b", lambda: STATES[row.b])],
        "money": [
            ("a", lambda: star_name(int(row.a))),
            ("b", lambda: _source(row.b)),
            ("c", lambda: _("Frozen") if row.c == "frozen" else _("Not frozen")),
        ],
        "losses": [
            ("a", lambda: row.a),
            ("b", lambda: names.criteria.get(row.b, row.b)),
            ("c", lambda: _("Points lost") if row.c == "lost" else _("Nothing lost")),
        ],
        "gap": [("a", lambda: BANDS[row.a])],
    }
    return [str(word) for word in words] + [str(say()) for facet, say in known[question] if chosen.get(facet)]


LISTED = {*duties.LISTS, STAGE, *QUESTIONS}
