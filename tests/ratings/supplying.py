"""A cycle in which a department supplies one figure (1.2), and the department's clerk."""

from accounts.models import User
from accounts.roles import Role
from ratings.models import Cycle
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppointmentFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    scheme_body,
)


def supplied_cycle(year: int = 2026, **criterion: str) -> Cycle:
    """``criterion``: what else 1.2 says."""
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1] |= {"supplier": "department:民政局"} | criterion
    return CycleFactory(scheme=SchemeFactory(year=year, body=scheme_body(areas=areas, year=year)))


def of(department: str, code: str = COUNTY) -> User:
    return AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code=code), department=department).user
