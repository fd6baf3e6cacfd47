"""Input that no form would send, and a record of the names that a view reads, so that each of them is tried
with odd input."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from django.http import QueryDict
from rest_framework.parsers import JSONParser

DIGITS = "9" * 5000  # more than Python reads as a number
TEXTS = [
    "", " ", "0", "-1", "1.5", "1e999999", "nan", "inf", "-Infinity", "²", "٣", "一", "9" * 19, "9" * 40, DIGITS,
    "0001-01-01", "9999-12-31", "2026-02-30", "0001-01-01T00:00", "9999-12-31T23:59", "0001-01-01T00:00:00+14:00",
    "9999-12-31T23:59:59-14:00", "0000-00-00", "中文", "ქართული 😀 é", "\u202eabc", "a" * 10_000, "\x00", "a\x00b",
    "\ud800", "%_\\'\"", "<script>", "all", "xlsx", "true", "None", "[]", "last", "33", "|", "../..", ";", "\r\n",
]  # fmt: skip
STRUCTURES = [
    None, True, [], {}, [[]], ["a"], [None], {"a": 1}, [{"a": []}], 10**40, -(10**40), 1e308, float("nan"),
    float("inf"), 0.1, -1, 0,
]  # fmt: skip
"""What JSON can hold besides text."""
SHAPES = {
    "a list": ("application/json", b"[1, 2]"),
    "a text": ("application/json", b'"text"'),
    "null": ("application/json", b"null"),
    "nothing": ("application/json", b""),
}
"""Bodies that are read and are not what a view expects."""
UNREADABLE = {
    "deep": ("application/json", b"[" * 50_000 + b"]" * 50_000),
    "deep objects": ("application/json", b'{"a":' * 50_000 + b"1" + b"}" * 50_000),
    "cut short": ("application/json", b'{"a": '),
    "a number of 5,000 digits": ("application/json", b'{"a": ' + DIGITS.encode() + b"}"),
    "not UTF-8": ("application/json", b'{"a": "\xff\xfe"}'),
    "form, not UTF-8": ("application/x-www-form-urlencoded", b"a=\xff\xfe&%ff=%ff"),
    "no such charset": ("application/json; charset=nonsense", b'{"a": 1}'),
    "form in another charset": ("application/x-www-form-urlencoded; charset=utf-16", b"a=1"),
    "unknown kind": ("application/x-unknown", b"a"),
    "XML": ("application/xml", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'),
    "no boundary": ("multipart/form-data", b"a"),
    "parts cut short": ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nb'),
    "too many fields": ("application/x-www-form-urlencoded", b"a=1&" * 5001),
}
"""Bodies that fail in the parser, before a view sees anything of them."""


def parts(values: dict[str, str], file: tuple[str, bytes]) -> bytes:
    """A body in parts (between "b"): each name with its text, and with the same file."""
    name, content = file
    head = '--b\r\nContent-Disposition: form-data; name="%s"'
    texts = [f"{head % one}\r\n\r\n".encode() + text.encode("utf-8", "surrogatepass") for one, text in values.items()]
    files = [f'{head % one}; filename="{name}"\r\n\r\n'.encode() + content for one in values]
    return b"\r\n".join([*texts, *files, b"--b--\r\n"])


class Names:
    """The names that a view has read: from the URL, a form, or JSON."""

    def __init__(self) -> None:
        self.query: dict[str, None] = {}
        self.form: dict[str, None] = {}
        self.json: dict[str, None] = {}


def _recording(kind: type, into: dict[str, None]) -> type:
    """A dictionary class like ``kind`` that records the names that are read."""

    class Recording(kind):
        def __getitem__(self, key: Any) -> Any:
            into.setdefault(key)
            return super().__getitem__(key)

        def __contains__(self, key: Any) -> bool:
            into.setdefault(key)
            return super().__contains__(key)

        def get(self, key: Any, *default: Any) -> Any:
            into.setdefault(key)
            return super().get(key, *default)

    if hasattr(kind, "getlist"):  # what serializers take for a form's data has it

        def getlist(self: Any, key: Any, *default: Any) -> Any:
            into.setdefault(key)
            return kind.getlist(self, key, *default)

        Recording.getlist = getlist
    return Recording


@contextmanager
def recorded() -> Iterator[Names]:
    """The names read meanwhile."""
    names, parse = Names(), JSONParser.parse
    told = _recording(dict, names.json)

    def parsed(parser: JSONParser, *args: Any, **kwargs: Any) -> Any:
        found = parse(parser, *args, **kwargs)
        return told(found) if type(found) is dict else found

    with (
        patch("django.core.handlers.wsgi.QueryDict", _recording(QueryDict, names.query)),
        patch("django.http.request.QueryDict", _recording(QueryDict, names.form)),
        patch.object(JSONParser, "parse", parsed),
    ):
        yield names
