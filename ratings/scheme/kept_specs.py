"""The specifications of issued schemes, worked out once a process: no step can change what is issued.

Whoever comes past the steps is believed as well: a body that differs is read anew.
"""

from copy import deepcopy
from typing import Any

from ratings.scheme.spec import SchemeSpec

MOST = 100
_kept: dict[int, tuple[Any, SchemeSpec]] = {}


def spec_of(pk: int, body: Any) -> SchemeSpec:
    """That of the issued scheme ``pk``."""
    kept = _kept.get(pk)
    if kept is None or kept[0] != body:
        if len(_kept) >= MOST:
            _kept.clear()
        kept = _kept[pk] = deepcopy(body), SchemeSpec.model_validate(body)
    return kept[1]
