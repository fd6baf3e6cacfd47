"""Units created by hand: a station below a township, a development zone below a city (practice §1, formats §5).

An import creates them by the same rules (``villages.division_import``).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from records import cells
from records.audit import acting
from records.refusals import Incomplete, NotAllowed, WrongState
from villages.models import Level, Unit
from villages.workflow.locking import MANAGE, hold
from villages.workflow.naming import cleaned_name

MAKE_ZONE = "villages.make_zone"


@dataclass(frozen=True)
class UnitKind:
    """A kind of unit: its code is that of a unit of the level ``above``, ``letter`` and ``digits`` digits from 1 on."""

    level: Level
    above: Level
    letter: str
    digits: int
    permission: str
    rated: bool


STATION = UnitKind(Level.STATION, Level.TOWNSHIP, "S", 2, MANAGE, rated=True)
ZONE = UnitKind(Level.ZONE, Level.CITY, "Z", 1, MAKE_ZONE, rated=False)
"""A zone stands at county level without a county code: the city's four digits, ``Z``, one digit."""
KINDS: dict[str, UnitKind] = {kind.level: kind for kind in (STATION, ZONE)}


def make_station(township: str, code: str, name: str, *, by: Any) -> Unit:
    """Create a station below the township of this code; without a ``code`` it gets the next free one.

    Idempotent. Raises ``NotAllowed``; ``Incomplete``: an invalid code or name;
    ``WrongState``: another unit has this code, or all codes are taken.
    """
    return make(STATION, township, code, name, by=by)


def make_zone(city: str, code: str, name: str, *, by: Any) -> Unit:
    """Create a development zone below the city of this code. Raises as ``make_station``."""
    return make(ZONE, city, code, name, by=by)


def next_code(kind: UnitKind, above: str) -> str:
    """The first code below ``above`` that was never used; empty if all are taken."""
    taken = set(Unit.objects.within(f"{above}{kind.letter}").values_list("code", flat=True))
    numbers = range(1, 10**kind.digits)
    return next((code for n in numbers if (code := f"{above}{kind.letter}{n:0{kind.digits}}") not in taken), "")


@transaction.atomic
def make(kind: UnitKind, above: str, code: str, name: str, *, by: Any) -> Unit:
    """Create a unit of ``kind`` below the one with the code ``above``. Raises as ``make_station``."""
    code = cells.code(code).upper()
    place = hold([above], kind.permission, by).get(above)
    if place is None or place.level != kind.above:
        raise NotAllowed
    name = cleaned_name(name, "name")
    below = Unit.objects.standing().within(above).filter(level=kind.level)
    there: Unit | None = None if code else below.filter(name=name).first()
    if there:
        return there
    if not (code := code or next_code(kind, above)):
        raise WrongState(_("All codes here are taken."))
    problems = {}
    if not re.fullmatch(f"{above}{kind.letter}[0-9]{{{kind.digits}}}", code):
        problems["code"] = _("Expected: %s and %d digits.") % (f"{above}{kind.letter}", kind.digits)
    if not 0 < len(name) <= 100:
        problems["name"] = _("A name of at most 100 characters.")
    if problems:
        raise Incomplete(_("The unit cannot be created yet."), problems)
    there = Unit.objects.filter(code=code).first()
    if there and (there.name != name or there.ended):
        raise WrongState(_("The code %(code)s is taken.") % {"code": code})
    if there:
        return there
    with acting(by, "villages.make"):
        return Unit.objects.create(code=code, name=name, level=kind.level, rated=kind.rated)
