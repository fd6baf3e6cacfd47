"""How the values of a scheme file are shown in a text field, and read from one.

What is typed and does not fit is kept as it was typed: the checks of the scheme say what is wrong with it.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, NamedTuple

from django.utils.functional import Promise

from ratings.scheme.below import retold
from ratings.scheme.wording import below_forms, check_words, plain, supplier_words
from records import cells

LONGEST = 2000
SUPPLIERS = ("village", "township", "county", "poll")
CHECKS = ("documents", "visit", "interview")
_BETWEEN = re.compile(r"[、,，;；\n]+")
_PAIR = re.compile(r"(.+?)(>=|<=|≥|≤|=|＝)(.+)")
_HUNDRED = Decimal(100)


class FieldKind(NamedTuple):
    """``shown`` turns a value of the file into text, ``read`` a text (never empty) into a value."""

    shown: Callable[[Any], str]
    read: Callable[[str], Any]


@dataclass(frozen=True)
class Field:
    """One value: its key in the file, its name on the page, its kind. ``choices`` make it a list to choose from."""

    key: str
    label: str | Promise
    kind: str = "text"
    hint: str | Promise = ""
    choices: tuple[tuple[str, str | Promise], ...] = ()
    width: str = ""

    def shown(self, value: Any) -> str:
        return "" if value is None else KINDS[self.kind].shown(value)

    def put(self, given: Mapping[str, str], name: str, into: dict[str, Any]) -> None:
        """The value typed under ``name``, unless nothing is."""
        if typed := cells.tidy(given.get(name, "").replace("\0", ""))[:LONGEST]:
            into[self.key] = KINDS[self.kind].read(typed)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else _number(value)


def _number(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return str(value)
    return plain(Decimal(value))


def _read_number(text: str) -> Any:
    number = cells.number(text)
    if number is None:
        return text
    return int(number) if number == number.to_integral_value() else number


def _share(value: Any) -> str:
    return f"{plain(value * _HUNDRED)}%" if isinstance(value, int | Decimal) else str(value)


def _read_share(text: str) -> Any:
    """``25%`` and ``0.25`` are the same."""
    if text.endswith(("%", "％")):
        number = cells.number(text[:-1])
        return text if number is None else number / _HUNDRED
    return _read_number(text)


def _list(value: Any, word: Callable[[str], str] = str) -> str:
    return "、".join(word(one) for one in value) if isinstance(value, list) else str(value)


def _read_list(text: str) -> list[str]:
    return [part for one in _BETWEEN.split(text) if (part := one.strip())]


def _coded(words: Callable[[str], str], codes: tuple[str, ...], text: str) -> str:
    """The code whose word was typed, or the text itself."""
    return next((code for code in codes if text in (code, words(code))), text)


def _supplier(text: str) -> str:
    computed = retold(text, {words: code for code, words in below_forms().items()})
    code = computed or _coded(supplier_words, SUPPLIERS, text)
    return code if code in SUPPLIERS or code.startswith(("department:", "below:")) else f"department:{text}"


def _pairs(value: Any, shown: Callable[[Any], str]) -> str:
    return "、".join(f"{key}{shown(one)}" for key, one in value.items()) if isinstance(value, dict) else str(value)


def _read_pairs(text: str, read: Callable[[str, str], Any]) -> Any:
    found = {}
    for one in _read_list(text):
        if not (pair := _PAIR.fullmatch(one)):
            return text
        found[pair[1].strip()] = read(pair[2], pair[3].strip())
    return found


def _figure(value: Any) -> str:
    return f"≤{_number(value['at_most'])}" if isinstance(value, dict) and "at_most" in value else f"≥{_number(value)}"


def _read_figure(sign: str, text: str) -> Any:
    number = _read_number(text.rstrip("%％"))
    return {"at_most": number} if sign in ("≤", "<=") else number


def _bars(value: Any) -> str:
    return value if isinstance(value, str) else "、".join(map(str, value))


def _read_bars(text: str) -> Any:
    if text in ("all", "全部"):
        return "all"
    numbers = [_read_number(one) for one in _read_list(text)]
    return [one if isinstance(one, int) else str(one) for one in numbers]


KINDS: dict[str, FieldKind] = {
    "text": FieldKind(_text, str),
    "name": FieldKind(_text, cells.one_line),
    "number": FieldKind(_number, _read_number),
    "share": FieldKind(_share, _read_share),
    "tick": FieldKind(lambda value: "1" if value else "", lambda text: True),
    "names": FieldKind(_list, _read_list),
    "checks": FieldKind(
        lambda value: _list(value, check_words),
        lambda text: [_coded(check_words, CHECKS, one) for one in _read_list(text)],
    ),
    "supplier": FieldKind(lambda value: supplier_words(str(value)), _supplier),
    "shares": FieldKind(
        lambda value: _pairs(value, lambda one: f"={_share(one)}"),
        lambda text: _read_pairs(text, lambda sign, one: _read_share(one)),
    ),
    "points": FieldKind(
        lambda value: _pairs(value, lambda one: f"={_number(one)}"),
        lambda text: _read_pairs(text, lambda sign, one: _read_number(one)),
    ),
    "figures": FieldKind(lambda value: _pairs(value, _figure), lambda text: _read_pairs(text, _read_figure)),
    "bars": FieldKind(_bars, _read_bars),
    "all_core": FieldKind(lambda value: "1" if value else "", lambda text: "all"),
}
TICKS = ("tick", "all_core")
