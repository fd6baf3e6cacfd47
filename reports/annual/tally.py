"""The totals of an annual report: of the whole, of each county and of each township."""

from collections import Counter
from dataclasses import dataclass, field
from decimal import Decimal

from ratings.scoring.methods import written
from reports.annual.figures import AnnualRow
from villages.models import Unit, county_of
from villages.models.unit import COUNTY_LENGTH

CUSTOMARY = 5
"""Stars that are always shown; a scheme with more adds its own."""
GOOD = 4
"""The star from which on a village counts as good: the share that offices compare."""


@dataclass(slots=True)
class Tally:
    """``decided`` and ``before`` (last year's) count None for no decision; ``rose`` and ``fell``: against last year;
    ``fallen``: below what was decided, while nothing newer is."""

    county: str
    name: str
    rated: int = 0
    decided: Counter = field(default_factory=Counter)
    before: Counter = field(default_factory=Counter)
    now: Counter = field(default_factory=Counter)
    rose: int = 0
    fell: int = 0
    fallen: int = 0
    points: Decimal = Decimal(0)
    scored: int = 0
    area_points: Counter = field(default_factory=Counter)
    area_scored: Counter = field(default_factory=Counter)

    def count(self, row: AnnualRow) -> None:
        self.rated += 1
        self.decided[row.star] += 1
        self.before[row.before] += 1
        self.now[row.star_now or 0] += 1
        if row.star is not None and row.before is not None:
            self.rose += row.star > row.before
            self.fell += row.star < row.before
        if row.in_force and row.star is not None and row.star_now is not None:
            self.fallen += row.star_now < row.star
        if row.total is not None:
            self.points += row.total
            self.scored += 1

    def count_areas(self, row: AnnualRow) -> None:
        for code, points in row.areas.items():
            self.area_points[code] += points
            self.area_scored[code] += 1

    @property
    def mean(self) -> Decimal | None:
        return Decimal(written(self.points / self.scored)) if self.scored else None

    @property
    def area_means(self) -> dict[str, Decimal]:
        return {code: Decimal(written(points / self.area_scored[code])) for code, points in self.area_points.items()}

    @property
    def with_decision(self) -> int:
        return self.rated - self.decided[None]

    @property
    def with_decision_before(self) -> int:
        return self.rated - self.before[None]

    @property
    def good_share(self) -> Decimal | None:
        return share(good(self.decided), self.with_decision)

    @property
    def good_share_before(self) -> Decimal | None:
        return share(good(self.before), self.with_decision_before)


def good(stars: Counter) -> int:
    return sum(count for star, count in stars.items() if star is not None and star >= GOOD)


def share(part: int, whole: int) -> Decimal | None:
    """Per cent, half up to two decimals; None where there is nothing."""
    return Decimal(written(Decimal(100 * part) / whole)) if whole else None


class Tallies:
    """All totals of one report, filled row by row; ``highest``: the highest star among them.

    Above a county a township is counted only while its rows come, so that the nation's need no memory.
    """

    def __init__(self, unit: Unit, whole: str, highest: int) -> None:
        self.above_counties = len(unit.code) < COUNTY_LENGTH
        self.whole = Tally("", whole)
        self.stars = list(range(max(CUSTOMARY, highest), -1, -1))
        """From the highest down to none."""
        self.townships: list[Tally] = []
        """Those of one county, in the order of their codes."""
        self._counties: dict[str, Tally] = {}

    def begin(self, county: str, name: str) -> Tally:
        """A township, whose rows are counted next."""
        township = Tally(county, name)
        if not self.above_counties:
            self.townships.append(township)
        return township

    def count(self, row: AnnualRow, township: Tally) -> None:
        places = [self.whole, township]
        if self.above_counties:
            places.append(self._counties.setdefault(county_of(row.code), Tally("", row.county or row.name)))
        for place in places:
            place.count(row)
        self.whole.count_areas(row)

    @property
    def counties(self) -> list[Tally]:
        return [self._counties[code] for code in sorted(self._counties)]


@dataclass
class Granted:
    """The lines of one policy or fund, or of several: how many grants, to which villages (codes), yuan."""

    name: str
    grants: int = 0
    villages: set[str] = field(default_factory=set)
    amount: Decimal = Decimal(0)
    committed: Decimal = Decimal(0)
    disbursed: Decimal = Decimal(0)


@dataclass
class Counts:
    """What the lists of a report hold; None where its reader may not see the list."""

    events: Counter | None = None
    objections: Counter | None = None
    appeals: Counter | None = None
    open: Counter | None = None
    rewards: Granted | None = None
    allocations: Granted | None = None
