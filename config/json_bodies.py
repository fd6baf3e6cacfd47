"""The JSON that the API accepts: limited in depth, with text that the database can store."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

DEEPEST = 50
"""Lists and objects within each other; no body of this API nests more than some ten."""
SURROGATE = re.compile("[\ud800-\udfff]")


class BoundedJSONParser(JSONParser):
    """JSON that is nested too deeply, or contains lone surrogates, is refused with an explanation."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None) -> Any:
        try:
            found = super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError(_("This JSON is nested too deeply.")) from None
        _check(found)
        return found


def _check(found: Any) -> None:
    """Raise ``ParseError`` for values that must not reach a serializer."""
    level = [found]
    for _depth in range(DEEPEST):
        if any(isinstance(one, str) and SURROGATE.search(one) for one in level):
            raise ParseError(_("This JSON holds text that is not valid Unicode."))
        level = [inner for one in level for inner in _within(one)]
        if not level:
            return
    raise ParseError(_("This JSON is nested too deeply."))


def _within(one: Any) -> list[Any]:
    if isinstance(one, dict):
        return [*one.keys(), *one.values()]
    return one if isinstance(one, list) else []
