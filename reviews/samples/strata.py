"""What a sample is drawn from: the rated villages of a place on a day, each with its stratum (formats §7)."""

from datetime import date
from enum import StrEnum

from ratings.register.rerating import stars
from villages.models import CODE_LENGTHS, Unit, rated_on

_TOWNSHIP = CODE_LENGTHS[-2]


class StratifiedBy(StrEnum):
    TOWNSHIP = "township"
    STAR = "star"
    NONE = "none"


def strata(unit: Unit, on: date, by: StratifiedBy) -> dict[str, str | int]:
    """The stratum of each rated village that stood in ``unit`` on that day, by code: its township, its star (0 without
    a decision in force), or one for all."""
    codes = list(rated_on(unit, on).values_list("code", flat=True))
    match by:
        case StratifiedBy.TOWNSHIP:
            return {code: code[:_TOWNSHIP] for code in codes}
        case StratifiedBy.STAR:
            held = stars(unit.code, on)
            return {code: held.get(code, 0) for code in codes}
        case StratifiedBy.NONE:
            return dict.fromkeys(codes, "")
