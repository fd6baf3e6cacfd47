"""Changing the body of a scheme part by part; pure. The body need not be valid.

Parts are named ``head``, ``stars``, ``vetoes``, ``events``, ``a2`` (the second area without its criteria) and ``a2c3``
(its third criterion). A part is found again by the digest of what its editor has seen, wherever it stands by now.
"""

import copy
import hashlib
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, NamedTuple

import simplejson

from ratings.scheme.spec import FORMAT, SchemeSpec

Body = dict[str, Any]
LISTS = {"stars": ("stars",), "vetoes": ("vetoes",), "events": ("events", "rules")}
FIXED = ("format", "unit", "rates", "year")
"""Set when a draft is begun; they say whose scheme it is."""
_OUTSIDE_HEAD = {*FIXED, "areas", *(key for keys in LISTS.values() for key in keys)}
HEAD = tuple(key for key in SchemeSpec.model_fields if key not in _OUTSIDE_HEAD)
_PLACE = re.compile(r"a([1-9]\d{0,3})(?:c([1-9]\d{0,3}))?")


class NoSuchPart(LookupError):
    """The draft has no part of this name, or not any more."""


class PartPlace(NamedTuple):
    """An area, or a criterion in it; both from 1."""

    area: int
    criterion: int = 0

    @property
    def name(self) -> str:
        return f"a{self.area}c{self.criterion}" if self.criterion else f"a{self.area}"


def place(name: str) -> PartPlace:
    """Raises ``NoSuchPart`` for what names no area or criterion."""
    if not (found := _PLACE.fullmatch(name)):
        raise NoSuchPart(name)
    return PartPlace(int(found[1]), int(found[2] or 0))


def is_part(name: str) -> bool:
    """Whether some draft could have a part of this name."""
    return name == "head" or name in LISTS or bool(_PLACE.fullmatch(name))


def part(body: Body, name: str) -> Body:
    """What stands in a part. Raises ``NoSuchPart``."""
    if name == "head":
        return {key: body[key] for key in HEAD if key in body}
    if name in LISTS:
        return {key: body.get(key, []) for key in LISTS[name]}
    at = place(name)
    if not at.criterion:
        return {key: value for key, value in _area(body, at).items() if key != "criteria"}
    criteria = _area(body, at)["criteria"]
    if at.criterion > len(criteria):
        raise NoSuchPart(name)
    criterion: Body = criteria[at.criterion - 1]
    return criterion


def with_part(body: Body, name: str, value: Body) -> Body:
    """``body`` with another content of a part."""
    body = copy.deepcopy(body)
    if name == "head":
        return {key: kept for key, kept in body.items() if key not in HEAD} | value
    if name in LISTS:
        return body | value
    at = place(name)
    area = _area(body, at)
    if at.criterion:
        area["criteria"][at.criterion - 1] = value
    else:
        body["areas"][at.area - 1] = value | {"criteria": area["criteria"]}
    return body


def digest(value: Any) -> str:
    """A short name of exactly this content."""
    text = simplejson.dumps(value, sort_keys=True, ensure_ascii=False, use_decimal=True)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def find(body: Body, name: str, seen: str) -> str:
    """The name under which the part with the digest ``seen`` stands now. Raises ``NoSuchPart``."""
    try:
        if digest(part(body, name)) == seen:
            return name
    except NoSuchPart:
        pass
    if _PLACE.fullmatch(name):
        for other in places(body):
            if bool(other.criterion) == ("c" in name) and digest(part(body, other.name)) == seen:
                return other.name
    raise NoSuchPart(name)


def places(body: Body) -> Iterator[PartPlace]:
    for a, area in enumerate(body["areas"], start=1):
        yield PartPlace(a)
        yield from (PartPlace(a, c) for c in range(1, len(area["criteria"]) + 1))


def title(body: Body, name: str) -> str:
    """The code and name of an area or criterion; nothing for other parts."""
    if name == "head" or name in LISTS:
        return ""
    value = part(body, name)
    return f"{value.get('code', '')} {value.get('name', '')}".strip()


# Areas and criteria: added, moved, removed


def add_area(body: Body, kind: str) -> tuple[Body, PartPlace]:
    body = copy.deepcopy(body)
    known = {area.get("code") for area in body["areas"]}
    code = next(code for code in map(str, range(1, len(known) + 2)) if code not in known)
    body["areas"].append({"code": code, "name": "", "kind": kind, "criteria": []})
    return body, PartPlace(len(body["areas"]))


FRESH: dict[str, Body] = {
    "judged": {"step": 1},
    "deduction": {"items": []},
    "count": {"items": []},
    "tiers": {"figure": "", "tiers": []},
    "linear": {"figure": ""},
    "checklist": {"items": []},
}


def add_criterion(body: Body, at: PartPlace, method: str, name: str) -> tuple[Body, PartPlace]:
    """A criterion at the end of an area, still to be filled in."""
    body = copy.deepcopy(body)
    area = _area(body, at)
    known = {one.get("code") for each in body["areas"] for one in each["criteria"]}
    codes = (f"{area.get('code', at.area)}.{n}" for n in range(1, len(known) + 2))
    code = next(code for code in codes if code not in known)
    area["criteria"].append({"code": code, "name": name, "max": 1, "method": method, **copy.deepcopy(FRESH[method])})
    return body, PartPlace(at.area, len(area["criteria"]))


def copy_criterion(body: Body, at: PartPlace) -> tuple[Body, PartPlace]:
    """The same again below it, under a code of its own."""
    taken = part(body, at.name)
    body, new = add_criterion(body, at, "judged", "")
    code = part(body, new.name)["code"]
    return with_part(body, new.name, copy.deepcopy(taken) | {"code": code}), new


def remove(body: Body, at: PartPlace) -> Body:
    part(body, at.name)
    body = copy.deepcopy(body)
    if at.criterion:
        del _area(body, at)["criteria"][at.criterion - 1]
    else:
        del body["areas"][at.area - 1]
    return body


def shift(body: Body, at: PartPlace, by: int) -> tuple[Body, PartPlace]:
    """One place up or down; at the end of an area a criterion goes on into the next one."""
    part(body, at.name)
    if not at.criterion:
        to = min(max(1, at.area + by), len(body["areas"]))
        body = copy.deepcopy(body)
        body["areas"].insert(to - 1, body["areas"].pop(at.area - 1))
        return body, PartPlace(to)
    length, to = len(_area(body, at)["criteria"]), at.criterion + by
    if 1 <= to <= length:
        return put(body, at, PartPlace(at.area, to))
    area = at.area + by
    if not 1 <= area <= len(body["areas"]):
        return body, at
    return put(body, at, PartPlace(area, len(body["areas"][area - 1]["criteria"]) + 1 if by < 0 else 1))


def put(body: Body, at: PartPlace, to: PartPlace) -> tuple[Body, PartPlace]:
    """A criterion to a place of any area: before the one that stands there once it is taken out."""
    taken = part(body, at.name)
    if not (at.criterion and to.criterion):
        raise NoSuchPart(to.name)
    body = remove(body, at)
    criteria = _area(body, to)["criteria"]
    to = PartPlace(to.area, min(to.criterion, len(criteria) + 1))
    criteria.insert(to.criterion - 1, copy.deepcopy(taken))
    return body, to


def begun_from(body: Body, *, unit: str, year: int) -> Body:
    """A scheme as the beginning of another county's or year's."""
    return copy.deepcopy(body) | {"format": FORMAT, "unit": unit, "year": year}


def full_marks(area: Body) -> Decimal:
    """The sum of the maxima that are numbers by now; variants of one code count once."""
    most = {one.get("code"): one.get("max") for one in area["criteria"]}
    return sum((Decimal(value) for value in most.values() if isinstance(value, int | Decimal)), Decimal(0))


def _area(body: Body, at: PartPlace) -> Body:
    if at.area > len(body["areas"]):
        raise NoSuchPart(at.name)
    area: Body = body["areas"][at.area - 1]
    return area
