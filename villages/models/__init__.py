from villages.models.profile import Profile
from villages.models.reorganization import (
    ReorganizationOrder,
    UnitSuccession,
    ancestors,
    descendants,
    rated_on,
    successors,
)
from villages.models.unit import (
    CODE,
    CODE_LENGTHS,
    Level,
    Unit,
    UnitQuerySet,
    below,
    below_any,
    county_of,
    matching,
    prefixes,
    township_of,
)

__all__ = [
    "CODE",
    "CODE_LENGTHS",
    "Level",
    "Profile",
    "ReorganizationOrder",
    "Unit",
    "UnitQuerySet",
    "UnitSuccession",
    "ancestors",
    "below",
    "below_any",
    "county_of",
    "descendants",
    "matching",
    "prefixes",
    "rated_on",
    "successors",
    "township_of",
]
