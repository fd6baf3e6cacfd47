from villages.models.order import Order, Passage, ancestors, descendants, rated_on, successors
from villages.models.profile import Profile
from villages.models.unit import CODE, CODE_LENGTHS, Level, Unit, UnitQuerySet, below, below_any, matching, prefixes

__all__ = [
    "CODE",
    "CODE_LENGTHS",
    "Level",
    "Order",
    "Passage",
    "Profile",
    "Unit",
    "UnitQuerySet",
    "below",
    "below_any",
    "ancestors",
    "descendants",
    "matching",
    "prefixes",
    "rated_on",
    "successors",
]
