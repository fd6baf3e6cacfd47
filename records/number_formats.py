"""How a number in a cell is meant, by its number format: a figure, a code with leading zeros, a day."""

import re
from collections.abc import Callable
from datetime import timedelta
from decimal import Context, Decimal

from openpyxl.styles.numbers import BUILTIN_FORMATS, is_date_format, is_timedelta_format
from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH, from_excel

MOST_DIGITS = 15
"""What a spreadsheet keeps of a number."""
FIFTEEN = Context(prec=MOST_DIGITS)


CHINESE_DATES = {27, 28, 29, 30, 31, 36, 50, 51, 52, 53, 54, 57, 58}
"""Built-in date formats of Chinese Excel, which files do not spell out."""


_ZEROS = re.compile(r"[#,]*?(0+)(?:\.(0+))?", re.ASCII)


_LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[[^\]]*\]')


def plain(value: Decimal) -> str:
    if value == value.to_integral_value():
        return f"{value.quantize(Decimal(1)):f}" if value.adjusted() < 28 else f"{value:f}"
    return f"{value.normalize():f}"


def shape(key: str, code: str | None, mac_days: bool) -> Callable[[Decimal], str]:
    """How a number of this format becomes text."""
    if code is None:
        number = int(key) if key.isdecimal() and len(key) < 8 else 0
        if number in CHINESE_DATES:
            return lambda value: _day(value, mac_days)
        code = BUILTIN_FORMATS.get(number, "General")
    if is_date_format(code) and not is_timedelta_format(code):
        return lambda value: _day(value, mac_days)
    signs = _LITERAL.sub("", code.partition(";")[0])
    if "%" in signs:
        return lambda value: plain(value * 100) + "%"
    zeros = _ZEROS.fullmatch(signs.strip())
    if zeros:
        return lambda value: _with_zeros(value, len(zeros[1]), len(zeros[2] or ""))
    return plain


def _with_zeros(value: Decimal, whole: int, places: int) -> str:
    """Keep the zeros that a format adds to a code (1.10, 007), but never round digits away."""
    if value.adjusted() > 20 or value != round(value, places):
        return plain(value)
    sign, text = "-" * (value < 0), f"{abs(value):.{places}f}"
    missing = whole - len(text.partition(".")[0])
    return sign + "0" * missing + text


def _day(value: Decimal, mac_days: bool) -> str:
    try:
        found = from_excel(float(value), MAC_EPOCH if mac_days else WINDOWS_EPOCH)
    except (OverflowError, ValueError):
        return plain(value)
    if isinstance(found, timedelta) or not hasattr(found, "year"):
        return str(found)
    return found.strftime("%Y-%m-%d")
