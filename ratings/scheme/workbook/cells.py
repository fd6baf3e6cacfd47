"""From a value of a scheme to the content of its cell, and back; both exact.

What a cell cannot hold unchanged (surrounding spaces, a list whose entries contain separators) is written as ``json:``
and its JSON. A text that is not a value is passed on unchanged: the check of the scheme then says what is expected.
"""

import json
import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE

from ratings.scheme.below import retold
from ratings.scheme.workbook.layout import ALL, BELOW, DEPARTMENT, DEPARTMENT_PREFIX, YES, Column
from ratings.scheme.writing import plain_number
from records import cells
from records.excel_writer import LONGEST_TEXT

JSON = "json:"
SEPARATOR = "、"
DIGITS = 15
"""What a spreadsheet keeps of a number; one with more is written as text."""
_SEPARATORS = re.compile(r"[、，,；;\n]")
_ESCAPE = re.compile(r"_x(?=[0-9A-Fa-f]{4}_)")
_DEPARTMENT = re.compile(r"部门\s*[:：]\s*(.+)", re.DOTALL)


def cell(column: Column, said: Any) -> str | int | Decimal | None:
    """The content of the cell; None: it stays empty."""
    if said is None or said is False or said == []:
        return None
    if column.kind == "bars" and said != "all":
        said = [str(bar) for bar in said]
    if isinstance(said, int | Decimal) and said is not True:
        return _number_cell(said)
    written = words_in(column, said)
    return written if _kept_as_it_is(written) and value(column, written) == said else _json(said)


def value(column: Column, text: str) -> Any:
    """The value of the cell's text; the text itself if it has none there."""
    if text.startswith(JSON):
        return _of_json(text)
    match column.kind:
        case "number" | "figure" | "share" | "whole":
            return _number(text, column.kind)
        case "yes":
            return _yes(text)
        case "list":
            return [_key(entry, column.words or {}) for entry in _entries(text)]
        case "bars":
            return "all" if text == ALL["all"] else _entries(text)
        case "choice":
            return _key(text, column.words or {})
        case "supplier":
            if computed := retold(text, {words: code for code, words in BELOW.items()}):
                return computed
            department = _DEPARTMENT.fullmatch(text)
            return DEPARTMENT + department[1].strip() if department else _key(text, column.words or {})
        case _:
            return text


def _number_cell(number: Decimal | int) -> str | int | Decimal:
    number = plain_number(number)
    return number if len(Decimal(number).as_tuple().digits) <= DIGITS else f"{number:f}"


def words_in(column: Column, said: Any) -> str:
    """``said`` as a clerk would write it."""
    words = column.words or {}
    match said:
        case True:
            return YES
        case list():
            return SEPARATOR.join(words.get(entry, entry) for entry in said)
        case str() if column.kind == "supplier" and (words_of_below := retold(said, BELOW)):
            return words_of_below
        case str() if column.kind == "supplier" and said.startswith(DEPARTMENT):
            return DEPARTMENT_PREFIX + said.removeprefix(DEPARTMENT)
        case _:
            return words.get(said, said)


def _kept_as_it_is(text: str) -> bool:
    """Whether a cell with ``text`` is read back unchanged by any program."""
    odd = ILLEGAL_CHARACTERS_RE.search(text) or _ESCAPE.search(text) or text.startswith(JSON)
    return bool(text) and cells.tidy(text) == text and len(text) <= LONGEST_TEXT and "\r" not in text and not odd


def _json(content: Any) -> str:
    return JSON + _ESCAPE.sub(r"\\u005fx", json.dumps(content, ensure_ascii=True))


def _of_json(text: str) -> Any:
    try:
        return json.loads(text.removeprefix(JSON), parse_float=Decimal)
    except (ValueError, RecursionError):
        return text


def _number(text: str, kind: str) -> Any:
    """A percentage is a fraction where a share is expected, otherwise the number before the sign."""
    number = cells.number(text, percent=kind in ("figure", "share"))
    if number is None:
        return text
    if kind == "share" and cells.code(text).endswith("%"):
        number /= 100
    return plain_number(number)


def _yes(text: str) -> Any:
    ticked = cells.tick(text)
    if ticked is None and text in ("1", "0"):
        return text == "1"
    return text if ticked is None else bool(ticked)


def _entries(text: str) -> list[str]:
    return [entry for part in _SEPARATORS.split(text) if (entry := cells.tidy(part))]


def _key(text: str, words: Mapping[str, str]) -> str:
    return next((key for key, word in words.items() if word == text), text)
