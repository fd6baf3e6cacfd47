"""The fields of each part of a scheme, for its page of writing: read from what was typed, shown from the body.

A criterion has the fields of its method; another method keeps the values whose names it shares.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.functional import Promise
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from ratings.forms.scheme_fields import TICKS, Field
from ratings.scheme.drafting import FRESH, Body

METHODS = (
    ("judged", _("A person gives points")),
    ("deduction", _("Points off for each fault")),
    ("count", _("Points for each time")),
    ("tiers", _("Steps of a figure")),
    ("linear", _("In proportion to a figure")),
    ("checklist", _("What is done is ticked")),
)
KINDS = (("base", _("base area")), ("bonus", _("bonus area")), ("penalty", _("penalty area")))
RULES = (("lines", _("by total and lines")), ("areas", _("a star for each area")), ("core", _("core areas and others")))
EFFECTS = (
    ("warn", pgettext_lazy("effect", "warned")),
    ("lower", _("fewer stars")),
    ("cap", _("at most so many stars")),
    ("suspend", pgettext_lazy("effect", "suspended")),
    ("revoke", pgettext_lazy("effect", "revoked")),
)
STEPS = (("", _("full ones alone")), ("started", _("started ones too")))
CODE = Field("code", pgettext_lazy("of a thing", "Code"), "text", width="short")
NAME = Field("name", pgettext_lazy("of a thing", "Name"), "name", width="long")
BOUNDS = (
    Field("least", _("Least that can be true"), "number", width="short"),
    Field("most", _("Most that can be true"), "number", width="short"),
    Field("whole", _("whole numbers alone"), "tick"),
)
FIGURE = Field("figure", _("Figure, with its unit in brackets"), "name", width="long")
SOURCE = (
    Field("monthly", _("asked for each month, the mean counts"), "tick"),
    Field("to_mean", _("in percent of the county's mean (computed)"), "tick"),
    Field("same_as", _("the figure of another criterion (its code)"), "text", width="short"),
)
"""Where a figure comes from (formats, Extensions)."""
SPARE = 1
"""Empty rows at the end of a table."""


@dataclass(frozen=True)
class Table:
    """Rows of a list in the file. ``codes`` makes the code of a new row (``{letter}``, ``{n}``) that has none.

    ``each``: what a row is called, if not as the whole.
    """

    key: str
    label: str | Promise
    columns: tuple[Field, ...]
    codes: str = ""
    each: str | Promise = ""

    def row(self, number: int) -> str:
        """The name of a row, counted from 0."""
        return f"{self.each or self.label} {number + 1}"


@dataclass(frozen=True)
class Cell:
    field: Field
    name: str
    typed: str
    choices: tuple[tuple[str, str | Promise], ...]
    label: str

    @property
    def ticked(self) -> bool:
        return self.field.kind in TICKS

    @property
    def words(self) -> str:
        """Its content, to read."""
        return "✓" if self.ticked else str(dict(self.choices).get(self.typed, self.typed))


@dataclass(frozen=True)
class Row:
    number: int
    cells: list[Cell]
    is_new: bool


@dataclass(frozen=True)
class ShownTable:
    table: Table
    rows: list[Row]


@dataclass(frozen=True)
class PartForm:
    """The single values of a part, and its lists."""

    fields: tuple[Field, ...] = ()
    tables: tuple[Table, ...] = ()

    def read(self, given: Mapping[str, str]) -> Body:
        """The part as it was typed. ``drop:TABLE:N`` under ``do`` leaves a row out."""
        value: Body = {}
        for field in self.fields:
            field.put(given, field.key, value)
        for table in self.tables:
            value[table.key] = _rows(table, given, given.get("do", ""))
        return value

    def cells(self, value: Body, choices: Mapping[str, Iterable[tuple[str, str]]]) -> list[Cell]:
        return [_cell(field, field.key, value, choices, str(field.label)) for field in self.fields]

    def shown_tables(self, value: Body, choices: Mapping[str, Iterable[tuple[str, str]]]) -> list[ShownTable]:
        return [ShownTable(table, _shown_rows(table, value.get(table.key) or [], choices)) for table in self.tables]


def _rows(table: Table, given: Mapping[str, str], do: str) -> list[Body]:
    pattern = re.compile(rf"{table.key}:(\d{{1,3}}):")
    numbers = sorted({int(found[1]) for name in given if (found := pattern.match(name))})
    rows = []
    for number in numbers:
        row: Body = {}
        for field in table.columns:
            field.put(given, f"{table.key}:{number}:{field.key}", row)
        if row and do != f"drop:{table.key}:{number}":
            rows.append(row)
    return [_coded(row, rows, table) for row in rows] if table.codes else rows


def _coded(row: Body, rows: list[Body], table: Table) -> Body:
    """``row`` with a code that none of the others has."""
    if "code" not in row:
        known = {other.get("code") for other in rows}
        codes = (table.codes.format(letter=chr(96 + n) if n < 27 else f"z{n}", n=n) for n in range(1, len(rows) + 99))
        row["code"] = next(code for code in codes if code not in known)
    return {"code": row["code"]} | row


def _shown_rows(table: Table, rows: list[Body], choices: Mapping[str, Iterable[tuple[str, str]]]) -> list[Row]:
    shown = []
    for number, row in enumerate([*rows, *({} for _spare in range(SPARE))]):
        cells = [
            _cell(field, f"{table.key}:{number}:{field.key}", row, choices, row_label(table, number, field))
            for field in table.columns
        ]
        shown.append(Row(number, cells, is_new=number >= len(rows)))
    return shown


def row_label(table: Table, number: int, field: Field) -> str:
    return gettext("%(name)s: %(value)s") % {"name": table.row(number), "value": field.label}


def _cell(field: Field, name: str, value: Body, choices: Mapping[str, Iterable[tuple[str, str]]], label: str) -> Cell:
    offered = tuple(choices.get(field.key, field.choices))
    typed = field.shown(value.get(field.key))
    if offered and typed not in dict(offered):
        offered = ((typed, typed or "—"), *offered)
    return Cell(field, name, typed, offered, label)


# The parts

_COUNTED = (
    CODE,
    NAME,
    Field("per", _("Points each"), "number", width="short"),
    Field("each", _("for every (1 if empty)"), "number", width="short"),
    Field("step", _("Counting"), "text", choices=STEPS),
    Field("at_most", _("counted up to"), "number", width="short"),
)
_ITEMS = _("What is counted")
_OF_METHOD: dict[str, tuple[tuple[Field, ...], tuple[Table, ...]]] = {
    "judged": ((Field("step", _("Steps of points (1 if empty)"), "number", width="short"),), ()),
    "deduction": (
        (),
        (Table("items", _ITEMS, (*_COUNTED, Field("zeroes", _("any of it: 0 points"), "tick"), *BOUNDS), "{letter}"),),
    ),
    "count": ((), (Table("items", _ITEMS, (*_COUNTED, *BOUNDS), "{letter}"),)),
    "tiers": (
        (FIGURE, *BOUNDS, *SOURCE),
        (
            Table(
                "tiers",
                _("Steps, the first that fits counts"),
                (
                    Field("at_least", _("figure at least"), "number", width="short"),
                    Field("at_most", _("or at most"), "number", width="short"),
                    Field("points", pgettext_lazy("unit", "points"), "number", width="short"),
                ),
                each=pgettext_lazy("of a figure", "Step"),
            ),
        ),
    ),
    "linear": (
        (
            FIGURE,
            Field("zero_at", _("0 points at"), "number", width="short"),
            Field("full_at", _("full marks at"), "number", width="short"),
            Field("gate", _("worse than this: 0 points"), "number", width="short"),
            *BOUNDS,
            *SOURCE,
        ),
        (),
    ),
    "checklist": (
        (Field("all_or_nothing", _("all of it or 0 points"), "tick"),),
        (
            Table(
                "items",
                _("What is ticked"),
                (CODE, NAME, Field("points", pgettext_lazy("unit", "points"), "number", width="short")),
                "{letter}",
            ),
        ),
    ),
}
_EVIDENCE = Table(
    "evidence",
    _("Evidence"),
    (
        Field("name", _("Which paper or photo"), "name", width="long"),
        Field("signed_by", _("who signs it"), "name"),
        Field("instead", _("or instead"), "name", width="long"),
    ),
)
PARTS: dict[str, PartForm] = {
    "head": PartForm(
        (
            Field("name", _("Name of the scheme"), "name", width="long"),
            Field("rule", _("How points become stars"), choices=RULES),
            Field("tolerance", _("Reviewers settle differences above"), "number", width="short"),
            Field("notice_days", _("Working days of public notice"), "number", width="short"),
            Field("appeal_days", _("Days for an appeal"), "number", width="short"),
            Field("townships_decide_up_to", _("Townships decide up to"), "number", width="short"),
            Field(
                "departments",
                _("Departments of the joint check"),
                "names",
                hint=_("Write 、 between several."),
                width="long",
            ),
        )
    ),
    "stars": PartForm(
        tables=(
            Table(
                "stars",
                _("Star line"),
                (
                    Field("star", _("Star"), "number", width="short"),
                    Field("total", _("Total at least"), "number", width="short"),
                    Field("over", _("or above"), "number", width="short"),
                    Field("areas", _("Areas: share of full marks"), "shares", hint="1=80%、2=70%", width="long"),
                    Field("criteria", _("Criteria: points"), "points", hint="1.5=3", width="long"),
                    Field("figures", _("Figures asked for"), "figures", hint="1.2≥90、3.1≤5", width="long"),
                    Field("top", _("among the first"), "share", hint="25%", width="short"),
                    Field("core", _("all core areas"), "all_core"),
                    Field("others", _("other areas"), "number", width="short"),
                ),
            ),
        )
    ),
    "vetoes": PartForm(
        tables=(
            Table(
                "vetoes",
                _("Veto"),
                (
                    CODE,
                    NAME,
                    Field("bars", _("Bars which stars"), "bars", hint=_("4、5 or all")),
                    Field("months", _("for months"), "number", width="short"),
                ),
                "V{n}",
            ),
        )
    ),
    "events": PartForm(
        tables=(
            Table("events", _("Event"), (replace(CODE, width=""), NAME), "e{n}"),
            Table(
                "rules",
                _("What it does"),
                (
                    Field("event", _("Event"), width="long"),
                    Field("does", _("Effect"), choices=EFFECTS),
                    Field("by", _("fewer by"), "number", width="short"),
                    Field("star", _("at most stars"), "number", width="short"),
                    Field("months", _("for months"), "number", width="short"),
                    Field("automatic", _("at once, without confirming"), "tick"),
                ),
            ),
        )
    ),
    "area": PartForm(
        (
            CODE,
            NAME,
            Field("kind", pgettext_lazy("of a thing", "Kind"), choices=KINDS),
            Field("cap", _("Counted up to (bonus, penalty)"), "number", width="short"),
            Field("line", _("Line in points"), "number", width="short"),
            Field("core", _("core area"), "tick"),
        )
    ),
}


def criterion_form(method: str) -> PartForm:
    """The fields of a criterion that is scored by ``method``."""
    fields, tables = _OF_METHOD[method]
    head = (
        CODE,
        NAME,
        Field("max", _("Full marks"), "number", width="short"),
        Field("supplier", _("Supplied by"), "supplier"),
        Field("only", _("Only for units with the tags (all if empty)"), "names"),
        Field("checks", _("Looked into"), "checks"),
        Field("method", _("How it is scored"), choices=METHODS),
    )
    return PartForm((*head, *fields), (*tables, _EVIDENCE))


def part_form(name: str, value: Body) -> PartForm:
    """The form of a part as ``drafting`` names it; a criterion's by the method that ``value`` names."""
    if name in PARTS:
        return PARTS[name]
    return criterion_form(value.get("method", "")) if "c" in name else PARTS["area"]


def choices_of(body: Body) -> dict[str, list[tuple[str, str]]]:
    """What can be chosen because the body has it."""
    return {
        "event": [
            (str(one.get("code", "")), str(one.get("name") or one.get("code", ""))) for one in body.get("events", [])
        ]
    }


def for_method(value: Body, before: str) -> Body:
    """``value``, typed into the form of the method ``before``, as a criterion of the method that it names now."""
    method = value.get("method")
    if method == before or method not in _OF_METHOD:
        return value
    fields, tables = _OF_METHOD[method]
    own = criterion_form(method)
    kept = {key: value[key] for key in (*(f.key for f in own.fields), *(t.key for t in own.tables)) if key in value}
    if method == "judged" or before == "judged":
        kept.pop("step", None)
    for table in tables:
        keys = {column.key for column in table.columns}
        rows = [{key: cell for key, cell in row.items() if key in keys} for row in kept.get(table.key, [])]
        kept[table.key] = rows
    return FRESH[method] | kept
