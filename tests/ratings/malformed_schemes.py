"""Scheme files with which something is wrong: as workbook and as JSON, by accident and on purpose."""

import io
import json
import re
import zipfile
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter

from ratings.scheme.reading import read_scheme
from ratings.scheme.workbook import layout
from ratings.scheme.workbook.writing import workbook_of
from tests import sheets_made

EXAMPLE = Path(__file__).parents[2] / "fixtures/schemes/330624.json"
FIRST_ROW = 5
"""The first row below the heads of a table."""
WRONG = {"number": "多", "figure": "多", "share": "多", "whole": "1.5", "choice": "别的", "yes": "也许", "bars": "五星"}
"""What no cell of this kind can hold."""
REQUIRED_CELLS = {"year", "kind", "max", "method", "star", "does"}
Make = Callable[[], bytes]


@cache
def _parts() -> dict[str, bytes]:
    raw = workbook_of(read_scheme(EXAMPLE.read_bytes()).spec)
    with zipfile.ZipFile(io.BytesIO(raw)) as package:
        return {name: package.read(name) for name in package.namelist()}


def _packed(**changed: bytes | None) -> bytes:
    """The workbook of the example with other parts; ``xl__a_xml`` is ``xl/a.xml``; None: without it."""
    parts: dict[str, Any] = {**_parts(), **{_part(name): part for name, part in changed.items()}}
    raw = io.BytesIO()
    with zipfile.ZipFile(raw, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as package:
        for name, part in parts.items():
            if part is not None:
                package.writestr(name, part)
    return raw.getvalue()


def _part(name: str) -> str:
    return re.sub(r"_(xml|rels|bin)$", r".\1", name).replace("__", "/")


def _sheet(at: int, change: Callable[[bytes], bytes | str]) -> bytes:
    name = f"xl/worksheets/sheet{at}.xml"
    before = _parts()[name]
    after = change(before)
    after = after if isinstance(after, bytes) else after.encode()
    assert after != before, f"nothing was changed in sheet {at}"
    return _packed(**{f"xl__worksheets__sheet{at}_xml": after})


def _cell(at: int, cell: str, xml: str) -> bytes:
    """With ``xml`` in place of the cell, or at the end of its row where the cell is empty."""
    here, row = cell.encode(), cell.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ").encode()

    def change(sheet: bytes) -> bytes:
        there = re.compile(rb'<c r="%s"[^>]*?(/>|>.*?</c>)' % here)
        if there.search(sheet):
            return there.sub(xml.encode(), sheet, count=1)
        return re.sub(rb'(<row r="%s".*?)</row>' % row, rb"\1" + xml.encode() + b"</row>", sheet, count=1)

    return _sheet(at, change)


def _inline(cell: str, text: str) -> str:
    return f'<c r="{cell}" t="inlineStr"><is><t>{text}</t></is></c>'


def _columns() -> Iterator[tuple[int, str, layout.Column]]:
    """Sheet, cell and column of one cell of each column that has its own kind of content."""
    for at, sheet in enumerate(layout.TABLES, start=2):
        for number, column in enumerate(sheet.columns, start=1):
            if column.kind in WRONG and not column.optional:
                yield at, f"{get_column_letter(number)}{FIRST_ROW}", column
    for row, line in enumerate(layout.COVER_LINES, start=3):
        if line.kind in WRONG:
            yield 1, f"B{row}", line


def workbooks() -> dict[str, Make]:
    """Workbooks that are damaged, disguised, or filled in wrongly."""
    made: dict[str, Make] = {}
    for at, sheet in enumerate(layout.SHEETS, start=1):
        title = sheet.title
        made |= {
            f"{title} renamed": lambda title=title: _packed(
                xl__workbook_xml=_parts()["xl/workbook.xml"].replace(f'"{title}"'.encode(), f'"{title} (2)"'.encode())
            ),
            f"{title} gone": lambda at=at: _packed(**{f"xl__worksheets__sheet{at}_xml": None}),
            f"{title} cut": lambda at=at: _sheet(at, lambda xml: xml[: len(xml) // 2]),
            f"{title} without heads": lambda at=at, top=3 if at == 1 else 4: _sheet(
                at, lambda xml: re.sub(rb'<row r="%d".*?</row>' % (top - (at == 1)), b"", xml, count=1)
            ),
        }
    for at, cell, column in _columns():
        sheet = layout.SHEETS[at - 1].title
        made[f"{sheet}!{cell} {column.head}: wrong kind"] = lambda at=at, cell=cell, column=column: _cell(
            at, cell, _inline(cell, WRONG[column.kind])
        )
        if column.key in REQUIRED_CELLS:
            made[f"{sheet}!{cell} {column.head}: formula"] = lambda at=at, cell=cell: _cell(
                at, cell, f'<c r="{cell}"><f>1+1</f></c>'
            )
    merged = b'</sheetData><mergeCells count="1"><mergeCell ref="A5:A9"/></mergeCells>'
    made |= {
        "merged": lambda: _sheet(3, lambda xml: xml.replace(b"</sheetData>", merged)),
        "an error value": lambda: _cell(3, "D5", '<c r="D5" t="e"><v>#REF!</v></c>'),
        "a NUL": lambda: _cell(3, "C5", _inline("C5", "a_x0000_b")),
        "macros": lambda: _packed(xl__vbaProject_bin=b"\xd0\xcf\x11\xe0"),
        "a million rows": lambda: _sheet(3, lambda xml: xml.replace(b"</sheetData>", _million() + b"</sheetData>")),
        "a million empty rows": lambda: _sheet(3, lambda xml: b"<row/>" * 1_000_000),
        "no package part": lambda: _packed(xl__workbook_xml=None),
        "wrong in every cell": lambda: _sheet(
            4, lambda xml: xml.replace(b"</sheetData>", _nonsense(4900, len(layout.ITEMS.columns)) + b"</sheetData>")
        ),
    }
    return made


def _million() -> bytes:
    return b"<row><c><v>1</v></c></row>" * 1_000_000


def _nonsense(rows: int, columns: int) -> bytes:
    cells = "".join("<c t='inlineStr'><is><t>x</t></is></c>" for _column in range(columns))
    return f"<row>{cells}</row>".encode() * rows


# JSON


@cache
def _text() -> str:
    return EXAMPLE.read_text(encoding="utf-8")


def _json(change: Callable[[dict[str, Any]], object]) -> bytes:
    body = json.loads(_text())
    change(body)
    return json.dumps(body, ensure_ascii=True).encode()


REQUIRED = ("format", "name", "year", "unit", "areas")
OF_AREA, OF_CRITERION = ("code", "kind", "criteria"), ("code", "name", "max", "method")
VALUES: dict[str, Any] = {"a text": "x", "null": None, "a list": [[]], "an object": {"x": 1}, "a huge number": 10**20}


def texts() -> dict[str, Make]:
    """JSON with what is no JSON, no scheme, or no scheme that could be used."""
    made: dict[str, Make] = {}
    for key in REQUIRED:
        made[f"without {key}"] = lambda key=key: _json(lambda body: body.pop(key))
    for key in OF_AREA:
        made[f"an area without {key}"] = lambda key=key: _json(lambda body: body["areas"][0].pop(key))
    for key in OF_CRITERION:
        made[f"a criterion without {key}"] = lambda key=key: _json(
            lambda body: body["areas"][0]["criteria"][0].pop(key)
        )
    keys = ("year", "areas", "stars", "vetoes", "events", "rules", "departments", "tolerance", "notice_days")
    for key in keys:
        for name, value in VALUES.items():
            if (key, name) != ("tolerance", "null"):
                made[f"{key}: {name}"] = lambda key=key, value=value: _json(lambda body: body.update({key: value}))
    for name, value in VALUES.items():
        made[f"max: {name}"] = lambda value=value: _json(
            lambda body: body["areas"][0]["criteria"][0].update({"max": value})
        )
    named = {"NUL": "a\0b", "half a character": "a\ud800", "nothing": ""}
    for name, value in named.items():
        made[f"name: {name}"] = lambda value=value: _json(lambda body: body.update(name=value))
    made |= {
        "UTF-16": lambda: _text().encode("utf-16"),
        "GB18030": lambda: _text().encode("gb18030"),
        "UTF-32": lambda: _text().encode("utf-32"),
        "cut": lambda: _text()[: len(_text()) // 2].encode(),
        "a comma too many": lambda: _text().replace("]", ",]", 1).encode(),
        "a key twice": lambda: _text().replace('"year"', '"name": "x", "year"', 1).encode(),
        "NaN": lambda: _text().replace('"max": ', '"max": NaN, "m": ', 1).encode(),
        "an endless exponent": lambda: re.sub(r'"max": [0-9.]+', '"max": 1.0E+999999999', _text(), count=1).encode(),
        "a number of many digits": lambda: re.sub(r'"year": \d+', '"year": ' + "9" * 6000, _text()).encode(),
        "deep": lambda: b'{"a":' * 100_000,
        "deep but whole": lambda: b"[" * 450 + b"]" * 450,
        "deeper": lambda: b"[" * 900 + b"]" * 900,
        "a list": lambda: b"[]",
        "an empty object": lambda: b"{}",
        "nothing": lambda: b"",
        "null": lambda: b"null",
        "five million commas": lambda: b"[" + b"1," * 2_500_000 + b"1]",
        "half a million unknown keys": lambda: json.dumps({f"k{n}": 1 for n in range(400_000)}).encode(),
        "a hundred thousand wrong areas": lambda: _json(lambda body: body.update(areas=[{}] * 100_000)),
        "too long": lambda: _text().encode() + b" " * 6_000_000,
        "level unknown": lambda: _json(lambda body: body.update(rates="planet")),
    }
    return made


def malformed() -> dict[str, Make]:
    heads = sheets_made.row(*(column.head for column in layout.AREAS.columns))
    hostile = {f"hostile: {name}": make for name, make in sheets_made.hostile(heads).items()}
    return {**workbooks(), **{f"JSON: {name}": make for name, make in texts().items()}, **hostile}
