"""Shaoxing's real divisions (National Bureau of Statistics, 2023), with invented tags and figures."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from reports.demonstration.chance import chance
from villages.division_import import import_units
from villages.models import Level, Profile, Unit, township_of

DIVISIONS = settings.BASE_DIR / "fixtures" / "divisions_shaoxing_2023.csv"
YEARS = (2024, 2025, 2026)
PLAIN, MOUNTAIN, SUBURB = "平原", "山区", "城郊"
STATION, STATION_NAME = "330624108S01", "沙溪镇便民服务中心"
NEAR_TOWN = "3306810"
"""The subdistricts (街道) of 诸暨."""


def load(divisions: Path = DIVISIONS) -> str:
    """The units of the file ``divisions``, imported as any county imports them, and figures for its villages."""
    import_units([divisions])
    Unit.objects.create(code=STATION, name=STATION_NAME, level=Level.STATION, rated=True)
    villages = list(Unit.objects.rated())
    for village in villages:
        village.tags = [tag(village.code)]
    Unit.objects.bulk_update(villages, ["tags"], batch_size=500)
    Profile.objects.bulk_create((profile for unit in villages for profile in profiles(unit)), batch_size=5000)
    return f"{Unit.objects.count()} units, {len(villages)} of them villages"


def tag(code: str) -> str:
    """Plain or mountain: a township leans one way, single villages differ; 诸暨 tags villages near its town
    separately."""
    if code.startswith(NEAR_TOWN) and chance("town", code).random() < 0.6:
        return SUBURB
    mountains = chance("terrain", township_of(code)).choice([0.05, 0.4, 0.9])
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
