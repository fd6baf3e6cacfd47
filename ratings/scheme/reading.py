"""From the bytes of a scheme file to its specification, or to its list of problems (formats §1)."""

import json
import re
from codecs import BOM_UTF8
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from types import MappingProxyType
from typing import Any

from django.utils.translation import gettext as _
from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ratings.scheme import checks
from ratings.scheme.problems import Problem, Term, errors
from ratings.scheme.spec import LARGEST, MOST_PLACES, SchemeSpec
from ratings.scheme.workbook.reading import read_book
from records.refusals import Refused
from records.table_lines import NotATable
from records.zip_packages import MB

MOST_BYTES = 5 * MB
MOST_VALUES = 200_000
MOST_TOLD = 1_000
JSON_BEGINS = (b"{", b"[")
BranchNames = Callable[[tuple[int | str, ...], int], bool]
Words = Callable[[dict[str, Any], ErrorDetails], tuple[str, str]]
"""From Pydantic's context and its error: what is wrong, and what was expected."""


class SchemeRefused(Refused):
    """A scheme with errors; ``problems`` holds them all, warnings too. Nothing of it is saved."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


@dataclass(frozen=True)
class Reading:
    """A valid scheme: ``body`` as given, ``spec`` to calculate with, ``warnings`` to show."""

    body: dict[str, Any]
    spec: SchemeSpec
    warnings: list[Problem] = field(default_factory=list)


def read_scheme_file(path: Path) -> Reading:
    """``read_scheme`` of a file, of which no more is read than a scheme may have. Raises ``OSError`` too."""
    with path.open("rb") as file:
        return read_scheme(file.read(MOST_BYTES + 1))


def read_scheme(raw: bytes) -> Reading:
    """Read a scheme file: JSON (UTF-8, with or without BOM) or a workbook. Raises ``SchemeRefused``."""
    begins = raw.removeprefix(BOM_UTF8).lstrip()[:1]
    return check_scheme(parse(raw)) if begins in JSON_BEGINS else _read_workbook(raw)


def _read_workbook(raw: bytes) -> Reading:
    """All problems are reported by cell: first what is unreadable, then what the scheme does not allow."""
    _require_small(raw)
    try:
        book = read_book(raw)
    except NotATable as refused:
        raise SchemeRefused([Problem("", str(refused), _("a scheme's workbook"))]) from refused
    try:
        reading = check_scheme(book.body)
    except SchemeRefused as refused:
        raise SchemeRefused(book.with_cells(refused.problems)) from None
    if errors(book.problems):
        raise SchemeRefused([*book.problems, *book.with_cells(reading.warnings)])
    return replace(reading, warnings=book.with_cells(reading.warnings))


def check_scheme(body: Any) -> Reading:
    """Check a scheme's body, its numbers ``int`` or ``Decimal``. Raises ``SchemeRefused``."""
    try:
        spec = SchemeSpec.model_validate(body)
    except ValidationError as wrong:
        raise SchemeRefused(_shape_problems(wrong)) from None
    problems = checks.problems(spec)
    if errors(problems):
        raise SchemeRefused(problems)
    return Reading(body=body, spec=spec, warnings=problems)


def _shape_problems(wrong: ValidationError) -> list[Problem]:
    """Of more errors than anybody reads, the first ones and how many there are."""
    problems = [shape_problem(error) for error in wrong.errors(include_url=False)[:MOST_TOLD]]
    if (count := wrong.error_count()) > MOST_TOLD:
        problems.append(Problem("", _("There are %d errors; these are the first.") % count, _("a scheme")))
    return problems


def parse(raw: bytes) -> Any:
    """The JSON value of a file, numbers with a point as ``Decimal``. Raises ``SchemeRefused``."""
    _require_small(raw)
    try:
        text = raw.decode("utf-8-sig")
        if sum(map(text.count, ",:[{")) > MOST_VALUES:  # each value follows one of these
            raise SchemeRefused([Problem("", _("The file is too large for a scheme."), f"≤ {MOST_VALUES}")])
        body = json.loads(
            text,
            parse_float=Decimal,
            parse_constant=_no_constant,
            object_pairs_hook=_Pairs,
        )
        repeated = [
            Problem(place, _("The key “%s” appears here more than once.") % key, _("each key once"))
            for place, key in _repeated_keys(body)
        ]
        plain = _plain(body)
    except UnicodeError:
        raise SchemeRefused([Problem("", _("The file is not in UTF-8."), _("JSON in UTF-8"))]) from None
    except RecursionError:
        raise SchemeRefused([Problem("", _("The file is nested too deeply."), _("JSON in UTF-8"))]) from None
    except ValueError as wrong:
        raise SchemeRefused([Problem("", _("This is not a JSON file: %s") % wrong, _("JSON in UTF-8"))]) from None
    if repeated:
        raise SchemeRefused(repeated)
    return plain


def _require_small(raw: bytes) -> None:
    if len(raw) > MOST_BYTES:
        raise SchemeRefused([Problem("", _("The file is too large for a scheme."), f"≤ {MOST_BYTES // MB} MB")])


def _no_constant(name: str) -> None:
    raise ValueError(name)


class _Pairs(list[tuple[str, Any]]):
    """The members of a JSON object, before duplicate keys are lost."""


def _repeated_keys(value: Any, place: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, _Pairs):
        keys = Counter(key for key, _member in value)
        yield from ((place, key) for key, times in keys.items() if times > 1)
        for key, member in value:
            yield from _repeated_keys(member, f"{place}.{key}" if place else key)
    elif isinstance(value, list):
        for number, member in enumerate(value):
            yield from _repeated_keys(member, f"{place}[{number}]")


def _plain(value: Any) -> Any:
    """Raises ``UnicodeError`` for half characters, which JSON can spell but no UTF-8 can hold."""
    if isinstance(value, _Pairs):
        return {_plain(key): _plain(member) for key, member in value}
    if isinstance(value, str):
        value.encode()
    return [_plain(member) for member in value] if isinstance(value, list) else value


def _place(loc: tuple[int | str, ...], names_a_branch: BranchNames) -> str:
    """Pydantic's location in the syntax of formats §1, ``areas[0].criteria[2].tiers[1]``."""
    steps = [step for at, step in enumerate(loc) if not names_a_branch(loc, at)]
    return "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps).removeprefix(".")


def _names_a_branch(loc: tuple[int | str, ...], at: int) -> bool:
    """For a union, Pydantic adds the member type to the location; that is not part of the file."""
    return (at == 4 and loc[2] in ("criteria", "figures")) or (at == 3 and loc[2] == "bars")


def shape_problem(
    error: ErrorDetails,
    names_a_branch: BranchNames = _names_a_branch,
    words: Mapping[str, Words] = MappingProxyType({}),
) -> Problem:
    """A Pydantic error in our words, also for files of other formats.

    ``names_a_branch``: which parts of a location are not part of the file. ``words``: for errors that a scheme cannot
    have.
    """
    say = words.get(error["type"]) or _WORDS.get(error["type"], _other)
    message, expected = say(error.get("ctx", {}), error)
    return Problem(_place(error["loc"], names_a_branch), message, expected, terms=tuple(_terms(error)))


def _terms(error: ErrorDetails) -> Iterator[Term]:
    """The keys and values of the format that the words for ``error`` hold."""
    ctx, key = error.get("ctx", {}), str(error["loc"][-1]) if error["loc"] else ""
    match error["type"]:
        case "missing":
            yield Term(key)
        case "union_tag_not_found":
            yield Term("method")
        case "union_tag_invalid":
            yield from (Term("method", one) for one in _quoted(ctx["expected_tags"]))
        case "literal_error":
            yield from (Term(key, one) for one in _quoted(ctx["expected"]))


def _quoted(listed: str) -> list[str]:
    """The values in Pydantic's list of them (``'a', 'b' or 'c'``)."""
    return re.findall(r"'([^']*)'", listed)


def _other(ctx: dict[str, Any], error: ErrorDetails) -> tuple[str, str]:
    return _("This is not what belongs here."), error["msg"]


def _shown(error: ErrorDetails) -> str:
    """The beginning of what stood there, as in the file but for the quotation marks of a text."""
    shown = ""
    for piece in json.JSONEncoder(ensure_ascii=False, default=str).iterencode(error["input"]):
        shown += piece
        if len(shown) > 60:
            break
    shown = shown.encode(errors="replace").decode()
    shown = shown if len(shown) <= 60 else shown[:59] + "…"
    return "“" + shown[1:].removesuffix('"') + "”" if isinstance(error["input"], str) else shown


def wrong_value(expected: Callable[[dict[str, Any]], str]) -> Words:
    """Words for an invalid value; ``expected`` says what is valid, from Pydantic's context."""
    return lambda ctx, error: (_("%s does not belong here.") % _shown(error), expected(ctx))


_WORDS: dict[str, Words] = {
    "missing": lambda ctx, error: (_("A required key is missing."), str(error["loc"][-1])),
    "extra_forbidden": lambda ctx, error: (_("Unknown key."), _("only the keys of the format")),
    "union_tag_not_found": lambda ctx, error: (_("A required key is missing."), "method"),
    "union_tag_invalid": lambda ctx, error: (
        _("Unknown scoring method “%s”.") % ctx["tag"],
        " / ".join(_quoted(ctx["expected_tags"])),
    ),
    "literal_error": wrong_value(lambda ctx: " / ".join(_quoted(ctx["expected"]))),
    "number": wrong_value(lambda ctx: _("a number")),
    "number_size": wrong_value(
        lambda ctx: (
            _("a number below %(largest)s with at most %(places)s decimals")
            % {"largest": f"{LARGEST:f}", "places": MOST_PLACES}
        )
    ),
    "greater_than": wrong_value(lambda ctx: _("a number above %s") % ctx["gt"]),
    "greater_than_equal": wrong_value(lambda ctx: _("a number of at least %s") % ctx["ge"]),
    "less_than": wrong_value(lambda ctx: _("a number below %s") % ctx["lt"]),
    "less_than_equal": wrong_value(lambda ctx: _("a number of at most %s") % ctx["le"]),
    "int_type": wrong_value(lambda ctx: _("a whole number")),
    "bool_type": wrong_value(lambda ctx: "true / false"),
    "string_type": wrong_value(lambda ctx: _("a text")),
    "nul": wrong_value(lambda ctx: _("a text without control characters")),
    "string_unicode": wrong_value(lambda ctx: _("a text without half characters")),
    "string_too_short": wrong_value(lambda ctx: _("a text that is not empty")),
    "string_too_long": wrong_value(lambda ctx: _("a text of at most %s characters") % ctx["max_length"]),
    "string_pattern_mismatch": wrong_value(lambda ctx: _("a code without spaces or commas that does not begin with @")),
    "tuple_type": wrong_value(lambda ctx: _("a list")),
    "too_short": lambda ctx, error: (_("This list is empty."), _("at least one entry")),
    "dict_type": wrong_value(lambda ctx: _("an object with keys")),
    "model_type": wrong_value(lambda ctx: _("an object with keys")),
    "model_attributes_type": wrong_value(lambda ctx: _("an object with keys")),
    "bar": wrong_value(lambda ctx: _("a star or the code of an area")),
}
