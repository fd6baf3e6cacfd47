"""Stars decided on paper, before the county used the system; they are imported as any county imports them."""

import csv
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from ratings.workflow.register import import_register
from reports.demonstration import schemes
from reports.demonstration.plans import star_for, target
from villages.models import Level, Unit, county_of

PAPER_YEARS = {"330624": (2022, 2023), "330681": (2022, 2023, 2024)}
"""The years on paper, by county; the other counties of Shaoxing are on paper until today."""
OTHERS = (2022, 2023, 2024, 2025)


def load() -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        with path.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["unit", "star", "on", "document", "year", "total"])
            writer.writerows(rows())
        return f"{import_register(path, by=None).new} decisions"


def rows() -> Iterator[tuple[str, int, str, str, int, str]]:
    """A row of the file for every rated village and year on paper; counties without a scheme use that of 新昌."""
    specs = {county: schemes.spec(county) for county in schemes.COUNTIES}
    names = dict(Unit.objects.filter(level=Level.COUNTY).values_list("code", "name"))
    for code in Unit.objects.rated().values_list("code", flat=True):
        county = county_of(code)
        spec = specs.get(county, specs["330624"])
        for year in PAPER_YEARS.get(county, OTHERS):
            points = target(code, spec, year)
            document = f"{names[county][:2]}评〔{year}〕1号"
            yield code, star_for(spec, points), f"{year}-12-26", document, year, f"{points:.2f}"
