"""Parsing of cells and fields: one way to clean names and codes and to read numbers, dates and ticks.

Used wherever text comes in: uploaded sheets, files given to commands, names typed on pages.
"""

import re
import unicodedata
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from records.numbers import decimals

PLACES = 10
"""Decimal places kept of a number in a file; one with more is a computed figure and is rounded half up."""

UNSEEN = re.compile("[\u00ad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_SPACES = re.compile(r"\s+")
_HAN = "\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇"
_BETWEEN_HAN = re.compile(f"(?<=[{_HAN}]) (?=[{_HAN}])")
_PLAIN = re.compile("[0-9A-Za-z\u4e00-\u9fff]+")
"""Matches most names and codes, which need no cleaning."""
PLAIN_LINES = re.compile("[-0-9A-Za-z\u3400-\u4dbf\u4e00-\u9fff〇、（）().,:@\r\n]*")
"""Matches lines of cells joined by commas of which none is quoted or needs to be tidied or cleaned as a name."""
_NO_NAME = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff\ufffd<>]")

_GROUPED = re.compile(r"[+-]?\d{1,3}(,\d{3}){2,}(\.\d*)?", re.ASCII)
_NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,2})?", re.ASCII)
_DAY = re.compile(r"(\d{4})(?:([-/.])(\d{1,2})\2(\d{1,2})|年(\d{1,2})月(\d{1,2})[日号])", re.ASCII)
_COMPACT_DAY = re.compile(r"(\d{4})(\d\d)(\d\d)", re.ASCII)
_TIME = re.compile(r"[ T]+\d{1,2}:\d\d(:\d\d(\.\d+)?)?$", re.ASCII)
_SERIAL = re.compile(r"\d{5}", re.ASCII)
_SERIAL_ZERO = date(1899, 12, 30)
MAC_DAYS = 1462
_YEARS = range(1900, 2200)

TICKED = {"√", "✓", "✔", "☑", "是", "有", "对", "真", "y", "yes", "true"}
NOT_TICKED = {"×", "✗", "✘", "☐", "□", "否", "无", "没有", "不是", "错", "假", "x", "n", "no", "false"}


def tidy(text: str) -> str:
    """``text`` without zero-width characters and surrounding space (the ideographic space included)."""
    if _PLAIN.fullmatch(text):
        return text
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFC", UNSEEN.sub("", text)).strip()


def one_line(text: str) -> str:
    """``text`` on one line, with runs of white space collapsed."""
    return _SPACES.sub(" ", tidy(text))


def name(text: str) -> str:
    """The name of a person or unit; spaces between Chinese characters are dropped (李 试 is 李试).

    Raises ``ValueError``, with a readable message, for characters that a name cannot contain.
    """
    if _PLAIN.fullmatch(text):
        return text
    cleaned = _BETWEEN_HAN.sub("", one_line(text))
    if _NO_NAME.search(cleaned):
        raise ValueError(_("a name without “<”, “>” and control characters"))
    return cleaned


def code(text: str) -> str:
    """A code normalised for comparison: full-width characters become plain ones, spaces are dropped."""
    if text.isascii() and text.isalnum():
        return text
    return _SPACES.sub("", unicodedata.normalize("NFKC", UNSEEN.sub("", text)))


def head(text: str) -> str:
    """A column heading normalised for comparison."""
    return code(text).casefold()


def number(text: str, *, percent: bool = False) -> Decimal | None:
    """The number in ``text``, None if it is not one.

    Commas separate thousands where all groups are complete and there are at least two commas; a single comma may be
    meant as a decimal point. ``percent``: a ``%`` sign may follow.
    """
    plain = code(text).replace("\u2212", "-")
    if percent:
        plain = plain.removesuffix("%")
    if _GROUPED.fullmatch(plain):
        plain = plain.replace(",", "")
    if not _NUMBER.fullmatch(plain):
        return None
    value = Decimal(plain)
    if decimals(value) > PLACES and value.adjusted() < 18:
        value = rounded(value, PLACES)
    return value


def rounded(value: Decimal, places: int) -> Decimal:
    """``value`` with at most ``places`` decimals, half up."""
    if decimals(value) <= places:
        return value
    return value.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def tick(text: str) -> Decimal | None:
    """1 for √, 是, 有 and the like, 0 for their opposites, None for anything else."""
    word = code(text).casefold()
    return Decimal(1) if word in TICKED else Decimal(0) if word in NOT_TICKED else None


def day(text: str, *, mac_days: bool = False) -> date | None:
    """The date in ``text``, None if it is not one. ``mac_days``: serial day numbers count from 1904.

    2025-06-30, 2025/6/30, 2025.6.30, 2025年6月30日, 20250630, each with or without a time, or a spreadsheet's
    serial number (45838).
    """
    plain = code(_TIME.sub("", unicodedata.normalize("NFKC", tidy(text))))
    if _SERIAL.fullmatch(plain):
        found = _SERIAL_ZERO + timedelta(days=int(plain) + (MAC_DAYS if mac_days else 0))
        return found if found.year in _YEARS else None
    match = _DAY.fullmatch(plain) or _COMPACT_DAY.fullmatch(plain)
    if not match:
        return None
    year, month, of_month = (int(part) for part in match.groups() if part and part.isdigit())
    try:
        return date(year, month, of_month) if year in _YEARS else None
    except ValueError:
        return None
