from villages.models.order import Order, Passage, forebears, heirs, successors
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
    "forebears",
    "heirs",
    "matching",
    "prefixes",
    "successors",
]
