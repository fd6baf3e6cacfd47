"""Villages with a fact for every question of a scheme: made in memory, for scoring and for comparing schemes."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

from ratings.scheme.reading import Reading, read_scheme
from ratings.scheme.spec import SchemeSpec
from ratings.scoring.unit_facts import UnitFacts
from reports.demonstration.facts import facts, luck_of

SCHEMES = Path(__file__).parents[1] / "fixtures/schemes"
PER_TOWNSHIP = 100
FIRST = 201


def scheme(name: str) -> Reading:
    return read_scheme((SCHEMES / f"{name}.json").read_bytes())


def codes(county: str, count: int) -> list[str]:
    """So many village codes, a hundred to a township."""
    return [f"{county}{1 + n // PER_TOWNSHIP:03d}{FIRST + n % PER_TOWNSHIP:03d}" for n in range(count)]


def units(spec: SchemeSpec, codes: list[str]) -> Iterator[tuple[str, UnitFacts]]:
    """Facts of each unit, its tag the one that the scheme's variants ask for."""
    tags = sorted({tag for criterion in spec.criteria for tag in criterion.only})
    draw = Random(13)
    for code in codes:
        mine = {draw.choice(tags)} if tags else set()
        criteria = spec.fitting(mine)
        found = facts(spec, criteria, luck_of(criteria, code), draw.uniform(0.5, 1))
        yield code, UnitFacts(found, mine)
