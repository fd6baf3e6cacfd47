"""Incoming tables as lines of text: CSV (UTF-8, GB18030) or an Excel workbook, from bytes or from a file.

The one reader for pages, API and commands. ``UPLOAD`` limits what people upload; commands read as a stream and accept
the largest spreadsheet there can be.
"""

import csv
import io
import re
from collections.abc import Collection, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import BinaryIO
from zipfile import ZipFile

from django.utils.translation import gettext as _

from records import cells, spreadsheet
from records.refusals import Refused
from records.spreadsheet import Most, SheetLines, SpreadsheetLine
from records.zip_packages import MB, Limits, PackageRefused, open_package

ZIP = b"PK"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
OTHERS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b")
_BY_CHANCE = re.compile("[\x00-\x7f\u0100-\u07ff]*")
"""What GB18030 looks like where it happens to be UTF-8 too, such as 平原: letters of scripts that no sheet is in."""
BLOCK = 1 << 16
_CELL = '(?:"[^",\r\n]*+"|[^",\r\n]*+)'
_QUOTED_LINES = re.compile(f"{_CELL}(?:[,\r\n]{_CELL})*+")
"""Matches lines that end where they seem to: no quoted cell holds a comma, a quote or the end of a line."""


@dataclass(frozen=True)
class Bounds:
    """Limits on a table: of the package, of its sheet, on non-empty lines."""

    package: Limits
    sheet: Most
    lines: int


UPLOAD = Bounds(Limits(size=40 * MB, ratio=100), Most(cells=300_000, texts=200_000, columns=300), lines=100_000)
COMMAND = Bounds(Limits(size=4096 * MB, ratio=1000), Most(50_000_000, 20_000_000, columns=300), lines=1 << 62)


class NotATable(Refused):
    """The file is not a supported table, or too large; ``str()`` says what it is and what to do."""


@dataclass(frozen=True)
class Block:
    """Plain lines of CSV that have equally many cells, none of them empty, as columns; ``number`` is the first line's.

    Millions of lines cost a fraction of what they cost one by one.
    """

    number: int
    columns: list[list[str]]

    def __len__(self) -> int:
        return len(self.columns[0])

    def line(self, at: int) -> SpreadsheetLine:
        return SpreadsheetLine("1", self.number + at, [column[at] for column in self.columns])

    def lines(self) -> Iterator[SpreadsheetLine]:
        for number, row in enumerate(zip(*self.columns, strict=True), start=self.number):
            yield SpreadsheetLine("1", number, list(row))


def lines(source: bytes | Path, bounds: Bounds = UPLOAD) -> Iterator[SpreadsheetLine]:
    """The non-empty lines, in order. Raises ``NotATable``."""
    for piece in pieces(source, bounds):
        if isinstance(piece, Block):
            yield from piece.lines()
        else:
            yield piece


def pieces(source: bytes | Path, bounds: Bounds = UPLOAD) -> Iterator[Block | SpreadsheetLine]:
    """``lines``, many of them at once where a CSV file is plain: but not at its beginning, where a heading may be.

    Raises ``NotATable``.
    """
    with io.BytesIO(source) if isinstance(source, bytes) else source.open("rb") as file:
        count = 0
        for piece in _pieces(file, bounds):
            is_first, count = not count, count + (len(piece) if isinstance(piece, Block) else 1)
            if count > bounds.lines:
                raise NotATable(_("The sheet has more than %d rows.") % bounds.lines)
            if is_first and isinstance(piece, Block):
                yield from piece.lines()
            else:
                yield piece


def sheets(raw: bytes, bounds: Bounds, names: Collection[str]) -> list[SheetLines]:
    """The sheets of a workbook called one of ``names``, in its order. Raises ``NotATable``."""
    file = io.BytesIO(raw)
    if not raw.startswith(ZIP):
        raise _save_anew(_other_kind(raw[:4096], file) or _("This is not an Excel workbook."))
    with _package(file, bounds) as package:
        found = spreadsheet.sheets(package, bounds.sheet, names)
    if any(len(sheet.lines) > bounds.lines for sheet in found):
        raise NotATable(_("The sheet has more than %d rows.") % bounds.lines)
    return found


def _pieces(file: BinaryIO, bounds: Bounds) -> Iterator[Block | SpreadsheetLine]:
    start = file.read(4096)
    file.seek(0)
    if start.startswith(ZIP):
        yield from _of_package(file, bounds)
    elif kind := _other_kind(start, file):
        raise _save_anew(kind)
    else:
        yield from _of_csv(file, bounds)


def _save_anew(what: str) -> NotATable:
    return NotATable(_("%s Please open it in Excel or WPS and save it as .xlsx.") % what)


def _of_package(file: BinaryIO, bounds: Bounds) -> Iterator[SpreadsheetLine]:
    with _package(file, bounds) as package:
        yield from spreadsheet.lines(package, bounds.sheet)


@contextmanager
def _package(file: BinaryIO, bounds: Bounds) -> Iterator[ZipFile]:
    """The workbook in ``file``; what is wrong with it or its sheets is told as ``NotATable``."""
    try:
        package = open_package(file, bounds.package)
        parts = package.NameToInfo
        if "xl/workbook.bin" in parts:
            raise _save_anew(_("This is a binary workbook (.xlsb)."))
        if any(part.lower().endswith("/vbaproject.bin") for part in parts):
            raise _save_anew(_("This workbook contains macros."))
        if "content.xml" in parts:
            raise _save_anew(_("This is an OpenDocument file (.ods)."))
        if not any(part.startswith("xl/") for part in parts):
            raise _save_anew(_("This is not an Excel workbook."))
        yield package
    except (PackageRefused, spreadsheet.SpreadsheetRefused) as refused:
        raise _save_anew(str(refused)) from refused


def _other_kind(start: bytes, file: BinaryIO) -> str:
    """What a file is that is neither a workbook nor CSV; "" if unknown."""
    if start.startswith(OLE):
        whole = file.read()
        if "EncryptedPackage".encode("utf-16-le") in whole:
            return _("The file is protected by a password.")
        return _("This is a file of old Office (.xls).")
    text = start.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith((b"<?xml", b"<html", b"<HTML", b"<!DOCTYPE", b"<!doctype", b"<table", b"<TABLE", b"<meta")):
        return _("This is a web page or XML file, whatever its name says.")
    if start.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _("This is a text file in UTF-16.")
    if start.startswith(OTHERS):
        return _("This is not an Excel workbook.")
    return ""


def _of_csv(file: BinaryIO, bounds: Bounds) -> Iterator[Block | SpreadsheetLine]:
    """Accepts the line endings of any system; an error names its line."""
    most, number = bounds.sheet.columns, 1
    with io.TextIOWrapper(file, encoding=encoding_of(file), newline="") as text:
        for piece in _csv_pieces(text, most):
            if isinstance(piece, Block):
                yield piece
                number += len(piece)
                continue
            if any(piece):
                if len(piece) > most and any(piece[most:]):
                    raise NotATable(_("There is content beyond column %d.") % most)
                yield SpreadsheetLine("1", number, piece)
            number += 1


def _csv_pieces(text: io.TextIOWrapper, most: int) -> Iterator[Block | list[str]]:
    """Every row, empty ones too. Blocks of plain lines are split at their commas; where a quoted cell might go on in
    the next block, the rest is parsed as a whole."""
    before = 0
    while block := text.read(BLOCK):
        block += text.readline()
        if '"' in block and not _QUOTED_LINES.fullmatch(block):
            yield from _parsed(chain(io.StringIO(block, newline=""), text), before)
            return
        bare = block.replace('"', "")
        if len(block) < csv.field_size_limit() and cells.PLAIN_LINES.fullmatch(bare):
            columns = _columns(bare)
            if columns and len(columns) <= most:
                yield Block(before + 1, columns)
                before += len(columns[0])
            else:
                plain = bare.splitlines()
                before += len(plain)
                yield from (line.split(",") for line in plain)
        else:
            before += yield from _parsed(io.StringIO(block, newline=""), before)


def _columns(plain: str) -> list[list[str]]:
    """The columns of plain lines; none if these have not equally many cells, or if one might be empty.

    The lines are taken apart as one text, with a cell for each end of a line: these must stand where they belong.
    """
    text = plain.replace("\r\n", "\n").removesuffix("\n")
    ends = text.count("\n")
    width = text.partition("\n")[0].count(",") + 1
    found = text.replace("\n", ",\n,").split(",")
    if "\r" in text or len(found) != (width + 1) * (ends + 1) - 1 or found[width :: width + 1].count("\n") != ends:
        return []
    columns = [found[at :: width + 1] for at in range(width)]
    return [] if "" in columns[0] else columns


def _parsed(text: Iterable[str], before: int) -> Generator[list[str], None, int]:
    """The rows of CSV that follows on ``before`` lines, tidied; returns how many lines it had."""
    reader = csv.reader(text, strict=True)
    while True:
        try:
            row = next(reader, None)
        except csv.Error as wrong:
            told = {"line": before + reader.line_num, "wrong": wrong}
            raise NotATable(_("This is not a CSV file: line %(line)d: %(wrong)s") % told) from None
        if row is None:
            return reader.line_num
        yield [cells.tidy(cell.replace("\0", "\ufffd")) for cell in row]  # no text may contain NUL


def encoding_of(file: BinaryIO) -> str:
    """UTF-8, with or without BOM, or GB18030; rewinds the file. Raises ``NotATable``."""
    with suppress(UnicodeDecodeError):
        by_chance = [_BY_CHANCE.fullmatch(text) for text in _decoded(file, "utf-8") if not text.isascii()]
        if not by_chance or not all(by_chance):
            return "utf-8-sig"
    with suppress(UnicodeDecodeError):
        for _text in _decoded(file, "gb18030"):
            pass
        return "gb18030"
    raise NotATable(_("The file is neither in UTF-8 nor in GB18030."))


def _decoded(file: BinaryIO, encoding: str) -> Iterator[str]:
    """Its text, piece by piece; rewinds it. Raises ``UnicodeDecodeError``."""
    text = io.TextIOWrapper(file, encoding=encoding, newline="")
    try:
        while piece := text.read(1 << 20):
            yield piece
    finally:
        text.detach()
        file.seek(0)
