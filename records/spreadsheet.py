"""Sheets of an Excel workbook (.xlsx, strict ones too) as lines of text: the first visible one as a stream, or all.

Texts are what a person sees, but without rounding: a number has its 15 significant digits, a percentage its ``%``, a
code the zeros that its format adds (1.10), a date is 2025-06-30. The dimensions that the file declares are ignored.
``openpyxl`` drops or rounds exactly these, and needs forty times the memory.
"""

import re
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from posixpath import dirname, join, normpath
from typing import Any
from xml.parsers import expat
from zipfile import BadZipFile, ZipFile
from zlib import error as ZlibError

from django.utils.translation import gettext as _
from openpyxl.utils.escape import unescape

from records import cells
from records.number_formats import FIFTEEN, MOST_DIGITS, plain, shape
from records.refusals import Refused

CHUNK = 1 << 16
MOST_MERGED = 1000
HIDDEN = {"hidden", "veryHidden"}
_REFERENCE = re.compile(r"\$?([A-Z]{1,3})\$?([0-9]{1,7})", re.ASCII)


class SpreadsheetRefused(Refused):
    """A workbook that cannot be read, or exceeds the limits."""


class UnreadableCell(str):
    """The text of a cell without a usable value; ``expected`` says what should be there."""

    __slots__ = ()

    @property
    def expected(self) -> str:
        if self.startswith("#"):
            return _("a value: the formula here ends in an error")
        if not self.startswith("="):
            return _("these digits as text: a spreadsheet keeps only the first 15 of a number")
        return _("a value: the formula's result is not in the file; please open it in Excel or WPS and save it")


@dataclass(slots=True)
class SpreadsheetLine:
    """``number`` as the spreadsheet shows it; ``mac_days``: days are counted from 1904, not 1900."""

    sheet: str
    number: int
    cells: list[str]
    hidden: bool = False
    mac_days: bool = False


@dataclass(frozen=True)
class Most:
    """Limits on a workbook: cells, shared strings, columns."""

    cells: int
    texts: int
    columns: int


@dataclass(frozen=True)
class SheetLines:
    """One sheet: its name, its non-empty lines, and the ranges of its merged cells (``B4:B6``)."""

    name: str
    lines: list[SpreadsheetLine]
    merged: list[str]


def lines(package: ZipFile, most: Most) -> Iterator[SpreadsheetLine]:
    """The non-empty lines of the first visible sheet. Raises ``SpreadsheetRefused``."""
    with _damage_told():
        yield from _Book(package, most).first_visible().lines()


def sheets(package: ZipFile, most: Most, names: Collection[str]) -> list[SheetLines]:
    """The sheets called one of ``names``, hidden ones too, in the order of the workbook; ``most`` holds for each.

    Raises ``SpreadsheetRefused``.
    """
    with _damage_told():
        found = [sheet for sheet in _Book(package, most).sheets() if sheet.name in names]
        return [SheetLines(sheet.name, list(sheet.lines()), sheet.merged) for sheet in found]


@contextmanager
def _damage_told() -> Iterator[None]:
    try:
        yield
    except (expat.ExpatError, _NoPart, BadZipFile, ZlibError, EOFError, UnicodeError) as wrong:
        raise SpreadsheetRefused(_("The workbook is damaged.")) from wrong


class _NoPart(Exception):
    """A part that every workbook has is missing."""


def _parse(
    package: ZipFile,
    part: str,
    start: Callable[[str, dict[str, str]], None],
    end: Callable[[str], None] = lambda tag: None,
    text: Callable[[str], None] | None = None,
) -> Iterator[None]:
    """Parse a part as a stream, with tags stripped of namespaces; yields after every chunk."""
    parser = expat.ParserCreate(namespace_separator="}")
    parser.buffer_text = True
    parser.StartElementHandler = lambda tag, attributes: start(tag.rpartition("}")[2], attributes)
    parser.EndElementHandler = lambda tag: end(tag.rpartition("}")[2])
    if text:
        parser.CharacterDataHandler = text
    parser.StartDoctypeDeclHandler = _no_doctype
    if part not in package.NameToInfo:
        raise _NoPart
    with package.open(part) as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    yield


def _no_doctype(*_declared: Any) -> None:
    raise SpreadsheetRefused(_("The workbook is damaged."))  # spreadsheets have no DTD; it would only hide entities


def _all(steps: Iterator[None]) -> None:
    for _step in steps:
        pass


def _attribute(attributes: dict[str, str], name: str) -> str | None:
    """An attribute, whatever its namespace (``r:id``)."""
    return next((value for key, value in attributes.items() if key.rpartition("}")[2] == name), None)


def _true(value: str | None) -> bool:
    return value in ("1", "true", "on")


@dataclass
class _Book:
    package: ZipFile
    most: Most
    texts: list[str] = field(default_factory=list)
    shapes: list[Callable[[Decimal], str]] = field(default_factory=list)
    mac_days: bool = False

    def first_visible(self) -> "_Sheet":
        there = self.sheets()
        return next((sheet for sheet in there if not sheet.put_away), there[0])

    def sheets(self) -> list["_Sheet"]:
        """The sheets that hold cells, at least one."""
        main = self._main()
        sheets: list[tuple[str, str, bool]] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "workbookPr":
                self.mac_days = _true(attributes.get("date1904"))
            elif tag == "sheet":
                place = _attribute(attributes, "id") or ""
                sheets.append((attributes.get("name", ""), place, attributes.get("state") in HIDDEN))

        _all(_parse(self.package, main, start))
        related = self._related(main)
        self.shapes = self._shapes(next((target for kind, target in related.values() if kind == "styles"), ""))
        self._read_texts(next((target for kind, target in related.values() if kind == "sharedStrings"), ""))
        there = [
            _Sheet(self, name, related[place][1], put_away)
            for name, place, put_away in sheets
            if related.get(place, ("", ""))[0] == "worksheet"
        ]
        if not there:
            raise _NoPart
        return there

    def _main(self) -> str:
        found = [target for kind, target in self._related("").values() if kind == "officeDocument"]
        return found[0] if found else "xl/workbook.xml"

    def _related(self, part: str) -> dict[str, tuple[str, str]]:
        """The parts that ``part`` refers to: id → type and name."""
        folder, _slash, file = part.rpartition("/")
        found: dict[str, tuple[str, str]] = {}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "Relationship" and attributes.get("TargetMode") != "External":
                target = attributes.get("Target", "")
                target = target.lstrip("/") if target.startswith("/") else normpath(join(dirname(part), target))
                found[attributes.get("Id", "")] = attributes.get("Type", "").rpartition("/")[2], target

        _all(_parse(self.package, f"{folder}/_rels/{file}.rels".lstrip("/"), start))
        return found

    def _read_texts(self, part: str) -> None:
        """The shared strings, without phonetic guides (``rPh``)."""
        if not part:
            return
        one: list[str] = []
        within = {"t": False, "rPh": False}

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag in within:
                within[tag] = True

        def end(tag: str) -> None:
            if tag in within:
                within[tag] = False
            elif tag == "si":
                self.texts.append(cells.tidy(unescape("".join(one))))
                one.clear()
                if len(self.texts) > self.most.texts:
                    raise SpreadsheetRefused(_("The workbook holds more than %d texts.") % self.most.texts)

        def text(data: str) -> None:
            if within["t"] and not within["rPh"]:
                one.append(data)

        _all(_parse(self.package, part, start, end, text))

    def _shapes(self, part: str) -> list[Callable[[Decimal], str]]:
        """How the numbers of each cell style become text."""
        if not part:
            return []
        named: dict[str, str] = {}
        used: list[str] = []
        within: list[str] = []

        def start(tag: str, attributes: dict[str, str]) -> None:
            if tag == "numFmt":
                named[attributes.get("numFmtId", "")] = attributes.get("formatCode", "")
            elif tag == "xf" and within[-1:] == ["cellXfs"]:
                used.append(attributes.get("numFmtId", "0"))
            within.append(tag)

        _all(_parse(self.package, part, start, lambda tag: within.pop() and None))
        made: dict[str, Callable[[Decimal], str]] = {}
        for key in used:
            if key not in made:
                made[key] = shape(key, named.get(key), self.mac_days)
        return [made[key] for key in used]


class _Sheet:
    """One sheet being read. Cells are placed by their addresses, or by their order if they have none."""

    def __init__(self, book: _Book, name: str, part: str, put_away: bool) -> None:
        self.book, self.name, self.part, self.put_away = book, name, part, put_away
        self.merged: list[str] = []
        self.count = 0
        self.row, self.hidden, self.column = 0, False, 0
        self.found: dict[int, str] = {}
        self.done: list[SpreadsheetLine] = []
        self.kind, self.style = "n", 0
        self.value: list[str] = []
        self.formula: list[str] = []
        self.has_formula = self.has_value = False
        self.into: list[str] | None = None
        self.reading_aid = False

    def lines(self) -> Iterator[SpreadsheetLine]:
        for _chunk in _parse(self.book.package, self.part, self._start, self._end, self._text):
            yield from self.done
            self.done.clear()

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        if tag == "c":
            self._begin_cell(attributes)
        elif tag == "v":
            self.has_value = True
            self.into = self.value
        elif tag == "f":
            self.has_formula = True
            self.into = self.formula
        elif tag == "t":
            self.into = None if self.reading_aid else self.value
        elif tag == "rPh":
            self.reading_aid = True
        elif tag == "mergeCell" and len(self.merged) < MOST_MERGED:
            self.merged.append(attributes.get("ref", ""))
        elif tag == "row":
            given = attributes.get("r", "")
            self.row = int(given) if given.isdecimal() and len(given) < 8 else self.row + 1
            self.hidden = _true(attributes.get("hidden"))
            self.column = 0
            self.found = {}

    def _begin_cell(self, attributes: dict[str, str]) -> None:
        self.count += 1
        if self.count > self.book.most.cells:
            raise SpreadsheetRefused(_("The sheet has more than %d cells.") % self.book.most.cells)
        place = _REFERENCE.fullmatch(attributes.get("r", ""))
        self.column = _column(place[1]) if place else self.column + 1
        self.kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self.style = int(style) if style.isdecimal() and len(style) < 8 else 0
        self.value.clear()
        self.formula.clear()
        self.has_formula = self.has_value = False

    def _text(self, data: str) -> None:
        if self.into is not None:
            self.into.append(data)

    def _end(self, tag: str) -> None:
        if tag in ("v", "f", "t"):
            self.into = None
        elif tag == "rPh":
            self.reading_aid = False
        elif tag == "c":
            if (self.has_value or self.has_formula or self.value) and (text := self._meaning()):
                if self.column > self.book.most.columns:
                    raise SpreadsheetRefused(_("There is content beyond column %d.") % self.book.most.columns)
                self.found[self.column] = text
        elif tag == "row" and self.found:
            texts = [""] * max(self.found)
            for column, text in self.found.items():
                texts[column - 1] = text
            self.done.append(SpreadsheetLine(self.name, self.row, texts, self.hidden, self.book.mac_days))
            self.found = {}

    def _meaning(self) -> str:
        text = "".join(self.value)
        if self.has_formula and not text and not (self.has_value and self.kind == "str"):
            return UnreadableCell("=" + "".join(self.formula)[:200])
        if self.kind == "n":
            return self._number(text.strip()) if text.strip() else ""
        if self.kind == "s":
            at = text.strip()
            if not at.isdecimal() or len(at) > 8 or int(at) >= len(self.book.texts):
                raise _NoPart
            return self.book.texts[int(at)]
        if self.kind == "b":
            return "TRUE" if _true(text.strip()) else "FALSE"
        if self.kind == "e":
            return UnreadableCell(text if text.startswith("#") else "#" + text)
        if self.kind == "d":
            return text.strip().partition("T")[0]
        return cells.tidy(unescape(text))

    def _number(self, text: str) -> str:
        try:
            value = FIFTEEN.plus(Decimal(text))
        except ArithmeticError:
            return UnreadableCell("#" + text)
        if not value.is_finite() or abs(value.adjusted()) > 40:
            return text
        if value.adjusted() >= MOST_DIGITS:  # an account or identity number: its end was lost when it was typed
            return UnreadableCell(plain(value))
        shapes = self.book.shapes
        return shapes[self.style](value) if self.style < len(shapes) else plain(value)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number
