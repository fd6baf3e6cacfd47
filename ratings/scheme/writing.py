"""A scheme's body as a readable file that ``import_scheme`` accepts (formats §1)."""

from decimal import Decimal
from typing import Any

import simplejson
from pydantic import BaseModel

from ratings.scheme.spec import Area, Criterion, EvidenceSpec, Rule, SchemeSpec, StarLine, VetoSpec

_METHODS = Criterion.__args__[0].__args__
_MODELS = (SchemeSpec, Rule, *_METHODS, StarLine, Area, EvidenceSpec, VetoSpec)
_KEYS = ["format", "code", "name", "kind", *(key for model in _MODELS for key in model.model_fields)]
_PLACES = {key: place for place, key in reversed(list(enumerate(_KEYS)))}


def scheme_text(spec: SchemeSpec) -> str:
    """The JSON of a scheme in its canonical form, its keys in the order of formats §1."""
    text: str = simplejson.dumps(canonical_body(spec), ensure_ascii=False, indent=2, item_sort_key=_order)
    return text


def canonical_body(spec: SchemeSpec) -> dict[str, Any]:
    """The canonical form of a scheme (formats §6): without keys at their default, equal numbers written alike."""
    body: dict[str, Any] = _plain(spec)
    return body


def plain_number(number: Decimal | int) -> Decimal | int:
    """One form for equal numbers: whole ones as ``int``, others without trailing zeros."""
    return int(number) if isinstance(number, int) or number == int(number) else number.normalize()


def _plain(value: Any) -> Any:
    if isinstance(value, BaseModel):
        fields = type(value).model_fields
        members = ((key, getattr(value, key)) for key in fields)
        return {key: _plain(member) for key, member in members if member != fields[key].default}
    if isinstance(value, dict):
        return {key: _plain(member) for key, member in value.items()}
    if isinstance(value, tuple | list):
        return [_plain(member) for member in value]
    return plain_number(value) if isinstance(value, Decimal) else value


def _order(member: tuple[str, Any]) -> tuple[int, str]:
    return _PLACES.get(member[0], len(_KEYS)), member[0]
