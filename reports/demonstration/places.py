"""Shaoxing's real divisions (National Bureau of Statistics, 2023), with invented tags and figures."""

import csv
from collections.abc import Collection, Iterator

from django.conf import settings

from reports.demonstration.chance import chance
from villages.models import Level, Profile, Unit

DIVISIONS = "divisions_shaoxing_2023.csv"
YEARS = (2024, 2025, 2026)
PLAIN, MOUNTAIN, SUBURB = "平原", "山区", "城郊"
NEAR_TOWN = "3306810"
"""The subdistricts (街道) of 诸暨."""
LEVELS = {2: Level.PROVINCE, 4: Level.CITY, 6: Level.COUNTY, 9: Level.TOWNSHIP, 12: Level.VILLAGE}


def load(townships: Collection[str] = ()) -> str:
    """All of Shaoxing, or of its townships and villages only those of ``townships``."""
    chosen = (unit for unit in read() if not townships or len(unit.code) < 9 or unit.code[:9] in townships)
    units = Unit.objects.bulk_create(chosen, batch_size=2000)
    villages = [unit for unit in units if unit.rated]
    Profile.objects.bulk_create((profile for unit in villages for profile in profiles(unit)), batch_size=5000)
    return f"{len(units)} units, {len(villages)} of them villages"


def read() -> Iterator[Unit]:
    """The units of the file. Codes that end in 200–399 are 村 and are rated, others 居委会 (design §4)."""
    with (settings.BASE_DIR / "fixtures" / DIVISIONS).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            code = row["code"]
            rated = len(code) == 12 and "200" <= code[-3:] <= "399"
            yield Unit(
                code=code, name=row["name"], level=LEVELS[len(code)], rated=rated, tags=[tag(code)] if rated else []
            )


def tag(code: str) -> str:
    """Plain or mountain: a township leans one way, single villages differ; 诸暨 sets villages near its town apart."""
    if code.startswith(NEAR_TOWN) and chance("town", code).random() < 0.6:
        return SUBURB
    mountains = chance("terrain", code[:9]).choice([0.05, 0.4, 0.9])
    return MOUNTAIN if chance("terrain", code).random() < mountains else PLAIN


def profiles(unit: Unit) -> Iterator[Profile]:
    """Resident population and households per year: mountain villages are smaller and shrink."""
    draw = chance("profile", unit.code)
    mountain = MOUNTAIN in unit.tags
    population = draw.lognormvariate(6.5 if mountain else 7.2, 0.5)
    size = draw.uniform(2.3, 3.1)
    for year in YEARS:
        yield Profile(unit=unit, year=year, population=round(population), households=round(population / size))
        population *= draw.uniform(0.96, 1.0) if mountain else draw.uniform(0.99, 1.02)
