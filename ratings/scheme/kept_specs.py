"""The specifications of issued schemes, worked out once a process and language (what is asked may be worded in the
reader's): no step can change what is issued.

Somebody may bypass the steps: a body that differs is read again.
"""

from copy import deepcopy
from typing import Any

from django.utils.translation import get_language

from ratings.scheme.spec import SchemeSpec

MOST = 100
_kept: dict[tuple[int, str | None], tuple[Any, SchemeSpec]] = {}


def spec_of(pk: int, body: Any) -> SchemeSpec:
    """That of the issued scheme ``pk``."""
    key = pk, get_language()
    kept = _kept.get(key)
    if kept is None or kept[0] != body:
        if len(_kept) >= MOST:
            _kept.clear()
        kept = _kept[key] = deepcopy(body), SchemeSpec.model_validate(body)
    return kept[1]
