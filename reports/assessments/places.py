"""The units that an assessment compares: those of its level below its unit that have rated villages on the day."""

from datetime import date

from ratings.below.villages import VillagesBelow
from villages.models import CODE_LENGTHS, Level, Unit

LEVELS = {"township": [Level.TOWNSHIP], "county": [Level.COUNTY, Level.ZONE]}
"""A development zone is at county level (practice §1)."""
LENGTHS = {"county": CODE_LENGTHS[2], "township": CODE_LENGTHS[3]}


def place_codes(unit: str, assesses: str) -> set[str]:
    """The codes of all units of the assessed level below ``unit``, with villages or without."""
    return set(Unit.objects.within(unit).filter(level__in=LEVELS[assesses]).values_list("code", flat=True))


def villages_of_places(unit: str, assesses: str, on: date) -> dict[str, int]:
    """How many rated villages each unit had on the day, by code in order; units without any are left out."""
    counted = VillagesBelow(unit, on, LENGTHS[assesses]).counted
    return {place: counted[place] for place in sorted(place_codes(unit, assesses) & counted.keys())}
