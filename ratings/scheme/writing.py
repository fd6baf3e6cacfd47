"""A scheme's body as a readable file that ``import_scheme`` accepts (formats §1)."""

from typing import Any

import simplejson

from ratings.scheme.spec import Area, Criterion, EvidenceSpec, Rule, SchemeSpec, StarLine, VetoSpec

_METHODS = Criterion.__args__[0].__args__
_MODELS = (SchemeSpec, Rule, *_METHODS, StarLine, Area, EvidenceSpec, VetoSpec)
_KEYS = ["format", "code", "name", "kind", *(key for model in _MODELS for key in model.model_fields)]
_PLACES = {key: place for place, key in reversed(list(enumerate(_KEYS)))}


def scheme_text(body: dict[str, Any]) -> str:
    """The JSON of ``body`` with its values, its keys in the order of formats §1 (jsonb does not keep the order)."""
    return simplejson.dumps(body, ensure_ascii=False, indent=2, item_sort_key=_order)


def _order(member: tuple[str, Any]) -> tuple[int, str]:
    return _PLACES.get(member[0], len(_KEYS)), member[0]
