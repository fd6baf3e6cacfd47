"""The schemes of the two counties, one for each year that is rated in the system."""

import json
from decimal import Decimal

from django.conf import settings

from accounts.departments import DISCIPLINE
from accounts.models import User
from ratings.models import Scheme
from ratings.scheme.spec import SchemeSpec
from ratings.workflow.scheme import import_scheme
from villages.models import Level

YEARS = (2025, 2026)
COUNTIES = {"330624": "county_office", "330681": "county_office2"}
"""The counties that rate, with the account of their leading-group office."""
FIRST_COUNTY, FIRST_YEAR = "330624", 2024
"""One county began a year before the other."""
RATES_OTHER_LEVELS = "330624"
OTHER_LEVELS = (
    ("township-discipline-offices", 2024),
    *((name, year) for year in YEARS for name in ("townships-diligent-and-clean", "stations-people-trust")),
)
"""The schemes of one county that rate no villages, and their years."""


def load() -> str:
    for county, office in COUNTIES.items():
        by = User.objects.get(username=office)
        for year in years(county):
            import_scheme(body(county, year), by=by, issue=True)
    for name, year in OTHER_LEVELS:
        by = User.objects.get(username=COUNTIES[RATES_OTHER_LEVELS])
        import_scheme(fixture(name) | {"year": year}, by=by, issue=True)
    return f"{sum(len(years(county)) for county in COUNTIES) + len(OTHER_LEVELS)} schemes"


def years(county: str) -> tuple[int, ...]:
    """The years whose ratings of villages are in the system."""
    return (FIRST_YEAR, *YEARS) if county == FIRST_COUNTY else YEARS


def body(county: str, year: int) -> dict:
    """The scheme file of ``county``, as of ``year``."""
    return fixture(county) | {"year": year}


def fixture(name: str) -> dict:
    text = (settings.BASE_DIR / "fixtures" / "schemes" / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text, parse_float=Decimal)


def spec(county: str, year: int = YEARS[-1]) -> SchemeSpec:
    return SchemeSpec.model_validate(body(county, year))


def departments(county: str) -> list[str]:
    """Departments that supply figures for what the county rates or answer its joint check; the discipline commission
    has its own accounts."""
    names = {name for name, _year in OTHER_LEVELS if county == RATES_OTHER_LEVELS}
    specs = [spec(county), *(SchemeSpec.model_validate(fixture(name)) for name in names)]
    suppliers = (criterion.supplier.split(":", 1) for one in specs for criterion in one.criteria)
    checked = {department for one in specs for department in one.departments}
    return sorted(({name[0] for kind, *name in suppliers if kind == "department"} | checked) - {DISCIPLINE})


def scheme(county: str, year: int) -> Scheme:
    return Scheme.objects.get(unit=county, year=year, rates=Level.VILLAGE)
