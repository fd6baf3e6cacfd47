"""A scheme written as a workbook; each table has its notes and an example above its headings, and lists to
choose from."""

import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import xlsxwriter
from xlsxwriter.utility import xl_range_abs

from ratings.scheme.spec import SchemeSpec
from ratings.scheme.workbook import layout
from ratings.scheme.workbook.cells import SEPARATOR, cell
from ratings.scheme.workbook.layout import Column, Sheet
from ratings.scheme.workbook.variants import variant_labels
from ratings.scheme.writing import canonical_body
from records.excel_writer import TEXT, ExcelSheet, open_workbook

Row = Mapping[str, Any]
SPARE_ROWS = 300
"""Rows below the last one that offer lists and keep codes as text too."""
CHOICES = {"choice", "supplier", "yes"}
REFERENCES = {"area": layout.AREAS, "criterion": layout.CRITERIA}
"""Columns that repeat a code of another sheet."""
GREY, HEADS = {"italic": True, "font_color": "#595959", "text_wrap": True}, {"bold": True, "bg_color": "#E8EEF4"}
EXAMPLE = "例"


def workbook_of(spec: SchemeSpec) -> bytes:
    """The workbook of a scheme, in its canonical form."""
    body = canonical_body(spec)
    raw = io.BytesIO()
    with open_workbook(raw) as book:
        _write_cover(book, body)
        tables = [_with_used_columns(sheet, list(rows)) for sheet, rows in _tables(body)]
        for sheet, rows in tables:
            _write_table(book, sheet, rows)
        _write_explanation(book, [layout.COVER, *(sheet for sheet, _rows in tables)])
    return raw.getvalue()


def _with_used_columns(sheet: Sheet, rows: list[Row]) -> tuple[Sheet, list[Row]]:
    used = [column for column in sheet.columns if not column.optional or any(column.key in row for row in rows)]
    return replace(sheet, columns=tuple(used)), rows


def _tables(body: dict[str, Any]) -> Iterator[tuple[Sheet, Iterable[Row]]]:
    yield layout.AREAS, body["areas"]
    yield layout.CRITERIA, ({"area": area["code"], **c} for area in body["areas"] for c in area["criteria"])
    yield layout.ITEMS, _items(body)
    yield layout.EVIDENCE, _evidence(body)
    yield layout.STARS, (row for line in body.get("stars", []) for row in _star_rows(line))
    yield layout.VETOES, body.get("vetoes", [])
    yield layout.EVENTS, _event_rows(body.get("events", []), body.get("rules", []))


def _referring(body: dict[str, Any]) -> Iterator[tuple[dict[str, Any], Row]]:
    """Every criterion with the cells by which rows of other sheets name it."""
    criteria = [criterion for area in body["areas"] for criterion in area["criteria"]]
    labels = variant_labels([(criterion["code"], criterion.get("only", [])) for criterion in criteria])
    for criterion, label in zip(criteria, labels, strict=True):
        yield criterion, {"criterion": criterion["code"], "only": label}


def _items(body: dict[str, Any]) -> Iterator[Row]:
    for criterion, reference in _referring(body):
        for item in criterion.get("items", []):
            yield reference | item
        for tier in criterion.get("tiers", []):
            limits = {f"tier_{key}": tier[key] for key in ("at_least", "at_most") if key in tier}
            yield {**reference, **limits, "points": tier["points"]}


def _evidence(body: dict[str, Any]) -> Iterator[Row]:
    for criterion, reference in _referring(body):
        for piece in criterion.get("evidence", []):
            yield reference | piece


def _star_rows(line: dict[str, Any]) -> Iterator[Row]:
    """A star's first row holds what is given once, and its first condition; each further condition has a row."""
    conditions = []
    for kind in layout.CONDITIONS:
        for code, limit in line.get(kind, {}).items():
            limits = limit if isinstance(limit, dict) else {"at_least": limit}
            conditions.append({"condition": kind, "code": code, **limits})
    once = {key: value for key, value in line.items() if key not in layout.CONDITIONS}
    first, *others = conditions or [{}]
    yield once | first
    for condition in others:
        yield {"star": line["star"], **condition}


def _event_rows(events: list[dict[str, Any]], rules: list[dict[str, Any]]) -> Iterator[Row]:
    """Rules in their order, each event named in its first row; so both orders can be read back."""
    waiting = list(events)
    for rule in rules:
        names: Row = {}
        if any(event["code"] == rule["event"] for event in waiting):
            while (event := waiting.pop(0))["code"] != rule["event"]:
                yield _named(event)
            names = _named(event)
        yield {**names, **rule}
    yield from map(_named, waiting)


def _named(event: dict[str, Any]) -> dict[str, Any]:
    return {"event": event["code"], **({"event_name": event["name"]} if "name" in event else {})}


def _write_cover(book: xlsxwriter.Workbook, body: dict[str, Any]) -> None:
    sheet = ExcelSheet(book, layout.COVER.title)
    sheet.worksheet.set_column(0, 0, 20)
    sheet.worksheet.set_column(1, 1, 48, book.add_format({"num_format": TEXT}))
    sheet.worksheet.set_column(2, 2, 44)
    sheet.append([(layout.COVER.note, "")], look=GREY)
    sheet.append([(column.head, "") for column in layout.COVER.columns], look=HEADS)
    for column in layout.COVER_LINES:
        value = cell(column, body.get(column.key))
        sheet.append([(column.head, ""), (value, TEXT if isinstance(value, str) else ""), (column.note, "")])
        if column.words:
            _offer(sheet, xl_range_abs(sheet.rows - 1, 1, sheet.rows - 1, 1), list(column.words.values()), column)


def _write_table(book: xlsxwriter.Workbook, table: Sheet, rows: list[Row]) -> None:
    sheet = ExcelSheet(book, table.title)
    sheet.append([(table.note, "")], look={"bold": True})
    sheet.append([(column.note, "") for column in table.columns], look=GREY)
    sheet.append(
        [(f"{EXAMPLE}：{column.example}" if column.example != "" else "", "") for column in table.columns], look=GREY
    )
    sheet.append([(column.head, "") for column in table.columns], look=HEADS)
    first = sheet.rows
    sheet.worksheet.freeze_panes(first, 0)
    for at, column in enumerate(table.columns):
        texts = column.kind not in ("number", "figure", "share", "whole")
        sheet.worksheet.set_column(at, at, column.width, book.add_format({"num_format": TEXT}) if texts else None)
        where = xl_range_abs(first, at, first + len(rows) + SPARE_ROWS, at)
        if column.kind in CHOICES:
            _offer(sheet, where, list((column.words or {}).values()), column)
        elif column.key in REFERENCES:
            codes = REFERENCES[column.key]
            place = [one.key for one in codes.columns].index("code")
            _offer(sheet, where, f"='{codes.title}'!{xl_range_abs(first, place, first + 999, place)}", column)
    for row in rows:
        written = [(column, cell(column, row.get(column.key))) for column in table.columns]
        sheet.append([(value, TEXT if isinstance(value, str) else "") for _column, value in written])


def _offer(sheet: ExcelSheet, where: str, choices: list[str] | str, column: Column) -> None:
    """A list to choose from; other input is allowed where the scheme accepts other words too."""
    sheet.worksheet.data_validation(
        where,
        {
            "validate": "list",
            "source": choices,
            "error_type": "warning" if column.kind == "supplier" else "stop",
            "error_title": column.head,
            "error_message": column.note[:255],
        },
    )


def _write_explanation(book: xlsxwriter.Workbook, tables: Iterable[Sheet]) -> None:
    sheet = ExcelSheet(book, layout.EXPLANATION)
    sheet.worksheet.set_column(0, 0, 14)
    sheet.worksheet.set_column(1, 1, 18)
    sheet.worksheet.set_column(2, 3, 70)
    sheet.append(
        [("这本工作簿就是一套考评标准，一张表写一部分。照着例子填，表名和表头请勿改动，单元格请勿合并。", "")],
        look={"bold": True},
    )
    sheet.append([(head, "") for head in ("工作表", "列", "怎么填", "可以选的")], look=HEADS)
    for table in tables:
        sheet.append([(table.title, ""), ("", ""), (table.note, "")], look={"text_wrap": True, "bold": True})
        for column in layout.COVER_LINES if table is layout.COVER else table.columns:
            words = SEPARATOR.join((column.words or {}).values())
            sheet.append([("", ""), (column.head, ""), (column.note, ""), (words, "")], look={"text_wrap": True})
    sheet.append([("计分方式", "")], look=HEADS)
    for method, note in layout.METHOD_NOTES.items():
        sheet.append([("", ""), (layout.METHODS[method], ""), (note, "")], look={"text_wrap": True})
