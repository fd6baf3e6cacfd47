"""From the rows of the workbook's sheets to the body of a scheme file."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from ratings.scheme.problems import Problem
from ratings.scheme.spec import FORMAT, METHOD_MODELS, Tier
from ratings.scheme.workbook import layout
from ratings.scheme.workbook.cells import SEPARATOR, value
from ratings.scheme.workbook.layout import Column, Sheet
from ratings.scheme.workbook.places import Places, address, cell_of
from ratings.scheme.workbook.variants import variant_labels
from records import cells
from records.workbooks import SheetRow

Body = dict[str, Any]
COLUMNS = {sheet.title: {column.key: column for column in sheet.columns} for sheet in layout.SHEETS}
EVENT_KEYS = {"event": "code", "event_name": "name"}
TIER_KEYS = {"tier_at_least": "at_least", "tier_at_most": "at_most"}
REFERENCES = {layout.CRITERIA.title: ("area",), layout.ITEMS.title: ("criterion", "only")}
"""Columns that say where a row belongs."""
FILLS = {"areas": layout.AREAS, "stars": layout.STARS, "vetoes": layout.VETOES, "events": layout.EVENTS}
"""Which sheet fills a list of the body."""


@dataclass
class Builder:
    """Reads ``tables``, the rows of each readable sheet, and records in ``places`` where values are."""

    tables: Mapping[str, list[SheetRow]]
    places: Places
    problems: list[Problem] = field(default_factory=list)

    def body(self) -> Body:
        body: Body = {"format": FORMAT}
        self._cover(body)
        body["areas"] = [self._object(row, layout.AREAS) for row in self._rows(layout.AREAS)]
        criteria = list(self._criteria(body["areas"]))
        self._items(criteria)
        self._evidence(criteria)
        body["stars"] = self._stars()
        body["vetoes"] = [self._object(row, layout.VETOES) for row in self._rows(layout.VETOES)]
        if body.get("rule") != "areas":
            _bar_stars(body["vetoes"])
        body["events"], body["rules"] = self._events()
        for key, sheet in FILLS.items():
            if top := self.places.tops.get(sheet.title):
                self.places.note_value(body, key, top, sheet.columns[0])
        return body

    def _rows(self, sheet: Sheet) -> list[SheetRow]:
        return self.tables.get(sheet.title, [])

    def _object(self, row: SheetRow, sheet: Sheet, keys: Mapping[str, str] | None = None, first: str = "code") -> Body:
        """The content of the filled cells of a row. ``keys``: the columns to read, each with its key (all by
        their own)."""
        columns = COLUMNS[sheet.title]
        keys = keys or {key: key for key in columns}
        made = {key: value(columns[at], row[columns[at].head]) for at, key in keys.items() if row[columns[at].head]}
        self.places.note_row(made, row, {key: columns[at] for at, key in keys.items()}, first)
        return made

    def _wrong(self, row: SheetRow, column: Column, message: str, expected: str) -> None:
        cell = cell_of(row, column)
        self.problems.append(Problem(address(cell), message, expected, cell=cell))

    # The cover

    def _cover(self, body: Body) -> None:
        lines = {cells.head(line.head): line for line in layout.COVER_LINES}
        label, content = layout.COVER.columns
        if top := self.places.tops.get(layout.COVER.title):
            self.places.note_row(body, top, {line.key: line for line in layout.COVER_LINES}, "name")
        for row in self._rows(layout.COVER):
            line = lines.pop(cells.head(row[label.head]), None)
            if line is None and row[content.head]:
                heads = SEPARATOR.join(line.head for line in layout.COVER_LINES)
                self._wrong(row, label, _("This line is unknown, or appears here twice."), heads)
            if line is None:
                continue
            self.places.note_value(body, line.key, row, line)
            if row[content.head]:
                body[line.key] = value(line, row[content.head])

    # Criteria and what refers to them

    def _criteria(self, areas: list[Body]) -> Iterator[Body]:
        """The criteria in the order of their sheet, each put into its area."""
        for area in areas:
            area["criteria"] = []
        by_code: dict[str, Body] = {area["code"]: area for area in reversed(areas) if "code" in area}
        columns = COLUMNS[layout.CRITERIA.title]
        for row in self._rows(layout.CRITERIA):
            method = value(columns["method"], row[columns["method"].head])
            if method not in METHOD_MODELS:
                self._wrong(
                    row, columns["method"], _("Unknown scoring method."), SEPARATOR.join(layout.METHODS.values())
                )
            home = by_code.get(row[columns["area"].head])
            if home is None:
                self._wrong(row, columns["area"], _("Unknown area."), SEPARATOR.join(map(str, by_code)) or "—")
                continue
            used = METHOD_MODELS[method].model_fields if method in METHOD_MODELS else ()
            keys = self._used(row, layout.CRITERIA, used) if used else {}
            made = self._object(row, layout.CRITERIA, keys, first="method")
            for part in {"items", "tiers"} & set(used):
                made[part] = []
                self.places.note_value(made, part, row, columns["code"])
            home["criteria"].append(made)
            yield made

    def _used(
        self, row: SheetRow, sheet: Sheet, used: Collection[str], renamed: Mapping[str, str] | None = None
    ) -> dict[str, str]:
        """The columns that go with the kind of the row, each with its key; others, but for references, must be empty.

        ``renamed``: columns that hold a key of another name.
        """
        renamed = renamed or {}
        keys = {}
        for column in sheet.columns:
            key = renamed.get(column.key, column.key)
            if key in used and (column.key in renamed or key not in renamed.values()):
                keys[column.key] = key
            elif row[column.head] and column.key not in REFERENCES[sheet.title]:
                self._wrong(row, column, _("This column does not go with the scoring method."), _("an empty cell"))
        return keys

    def _referring(self, sheet: Sheet, criteria: list[Body]) -> Iterator[tuple[SheetRow, Body]]:
        """The rows of a sheet that name a criterion, with it."""
        labels = variant_labels([(str(c.get("code", "")), _texts(c.get("only"))) for c in criteria])
        variants: dict[str, dict[tuple[str, ...], Body]] = {}
        for criterion, label in zip(criteria, labels, strict=True):
            variants.setdefault(str(criterion.get("code", "")), {})[tuple(label)] = criterion
        code, only = COLUMNS[sheet.title]["criterion"], COLUMNS[sheet.title]["only"]
        for row in self._rows(sheet):
            found = variants.get(row[code.head])
            meant = tuple(value(only, row[only.head])) if row[only.head] else ()
            if not found:
                self._wrong(row, code, _("Unknown criterion."), _("a code of the sheet “%s”") % layout.CRITERIA.title)
            elif (
                len(found) == 1
                and (one := next(iter(found.values())))
                and meant in ((), tuple(_texts(one.get("only"))))
            ):
                yield row, one
            elif meant in found:
                yield row, found[meant]
            else:
                known = _(" or ").join(SEPARATOR.join(label) or "—" for label in found)
                self._wrong(row, only, _("No variant of this criterion is meant."), known)

    def _items(self, criteria: list[Body]) -> None:
        for row, criterion in self._referring(layout.ITEMS, criteria):
            model = METHOD_MODELS.get(criterion.get("method"))
            if model is None:
                continue
            part = next((part for part in ("tiers", "items") if part in model.model_fields), None)
            if part is None:
                code = COLUMNS[layout.ITEMS.title]["criterion"]
                self._wrong(row, code, _("This scoring method has no items."), _("no row here for this criterion"))
                continue
            used = (Tier if part == "tiers" else _item_model(model)).model_fields
            renamed = TIER_KEYS if part == "tiers" else {}
            keys = self._used(row, layout.ITEMS, used, renamed)
            first = "at_least" if part == "tiers" else "code"
            criterion[part].append(self._object(row, layout.ITEMS, keys, first))

    def _evidence(self, criteria: list[Body]) -> None:
        keys = {key: key for key in ("name", "signed_by", "instead")}
        for row, criterion in self._referring(layout.EVIDENCE, criteria):
            criterion.setdefault("evidence", []).append(self._object(row, layout.EVIDENCE, keys, "name"))

    # Stars

    def _stars(self) -> list[Body]:
        """Lines of one star that follow each other are one; so is a line without a star below it."""
        lines: list[Body] = []
        columns = COLUMNS[layout.STARS.title]
        once = {key: key for key in ("star", "total", "over", "top", "core", "others")}
        for row in self._rows(layout.STARS):
            made = self._object(row, layout.STARS, once, "star")
            if lines and made.get("star", lines[-1].get("star")) == lines[-1].get("star"):
                self._merge(lines[-1], made, row)
            else:
                lines.append(made)
            if any(row[columns[key].head] for key in ("condition", "code", "at_least", "at_most")):
                self._condition(lines[-1], row, columns)
        return lines

    def _merge(self, line: Body, more: Body, row: SheetRow) -> None:
        for key, said in more.items():
            column = COLUMNS[layout.STARS.title][key]
            if line.setdefault(key, said) != said:
                self._wrong(row, column, _("This appears above with another value."), _("an empty cell"))
            elif key != "star":
                self.places.note_value(line, key, row, column)

    def _condition(self, line: Body, row: SheetRow, columns: Mapping[str, Column]) -> None:
        kind = value(columns["condition"], row[columns["condition"].head])
        code = value(columns["code"], row[columns["code"].head]) if row[columns["code"].head] else ""
        if kind not in layout.CONDITIONS:
            self._wrong(row, columns["condition"], _("Unknown condition."), SEPARATOR.join(layout.CONDITIONS.values()))
            return
        if not code:
            self._wrong(row, columns["code"], _("The code is missing."), columns["code"].note)
            return
        allowed = ("at_least", "at_most") if kind == "figures" else ("at_least",)
        filled = [key for key in ("at_least", "at_most") if row[columns[key].head]]
        if len(filled) != 1 or filled[0] not in allowed:
            where = columns[filled[-1] if filled else "at_least"]
            expected = " / ".join(columns[key].head for key in allowed)
            self._wrong(row, where, _("A condition has exactly one limit."), expected)
            return
        measured: dict[str, layout.Kind] = {"areas": "share", "criteria": "number"}
        column = replace(columns[filled[0]], kind=measured.get(kind, "figure"))
        limit = value(column, row[column.head])
        limits = line.setdefault(kind, {})
        if code in limits:
            self._wrong(row, columns["code"], _("This appears here twice."), _("each code once"))
            return
        at_most = {"at_most": limit}
        limits[code] = at_most if filled == ["at_most"] else limit
        self.places.note_value(limits, code, row, column if isinstance(limit, str) else columns["code"])
        if filled == ["at_most"]:
            self.places.note_value(at_most, "at_most", row, column)

    # Events

    def _events(self) -> tuple[list[Body], list[Body]]:
        """The first row of a code makes the event; each row that says what happens is a rule."""
        events: list[Body] = []
        rules: list[Body] = []
        columns = COLUMNS[layout.EVENTS.title]
        rule_keys = {key: key for key in columns if key != "event_name"}
        for row in self._rows(layout.EVENTS):
            event = self._object(row, layout.EVENTS, EVENT_KEYS)
            rule = self._object(row, layout.EVENTS, rule_keys, "does")
            known = next((one for one in events if one.get("code") == event.get("code")), None)
            says = rule.keys() - {"event"}
            if known is None or not says:
                events.append(event)
            elif event.get("name") not in (None, known.get("name")):
                self._wrong(row, columns["event_name"], _("This event has another name above."), known.get("name", "—"))
            if says:
                rules.append(rule)
        return events, rules


def _bar_stars(vetoes: list[Body]) -> None:
    """Unless areas are stars, what a veto bars are numbers of stars."""
    for veto in vetoes:
        if isinstance(veto.get("bars"), list):
            veto["bars"] = [int(bar) if isinstance(bar, str) and bar.isdecimal() else bar for bar in veto["bars"]]


def _item_model(model: Any) -> Any:
    return model.model_fields["items"].annotation.__args__[0]


def _texts(only: Any) -> list[str]:
    return [str(tag) for tag in only] if isinstance(only, list) else []
