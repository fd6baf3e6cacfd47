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


def supplied_cycle() -> Cycle:
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE):
        UnitFactory(code=code)
    areas = scheme_body()["areas"]
    areas[0]["criteria"][1]["supplier"] = "department:民政局"
    return CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=areas)))


def of(department: str, code: str = COUNTY) -> User:
    return AppointmentFactory(role=Role.DEPARTMENT, unit=UnitFactory(code=code), department=department).user
