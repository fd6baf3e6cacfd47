"""An invalid filter shows nothing and says why: never the whole list, nor the whole list as Excel."""

import io

import pytest
from openpyxl import load_workbook

from accounts.roles import Role
from tests.factories import COUNTY, DecisionFactory, EventFactory, SchemeFactory, StarPeriodFactory, person

pytestmark = pytest.mark.django_db
LONG = "村" * 500


@pytest.fixture
def place():
    SchemeFactory()
    event = EventFactory()
    StarPeriodFactory(decision=DecisionFactory(unit=event.unit))
    person(Role.FINANCE, COUNTY, name="财务员")
    return event


@pytest.mark.parametrize(
    ("address", "role", "at", "wrong"),
    [
        ("/register/", Role.COUNTY_OFFICE, COUNTY, {"star": "x"}),
        ("/events/", Role.DISCIPLINE, COUNTY, {"state": "x"}),
        ("/appointments/", Role.COUNTY_OFFICE, COUNTY, {"q": LONG}),
        ("/trail/", Role.AUDITOR, "3306", {"until": "31.31.2026"}),
    ],
)
def test_nothing_is_shown_and_the_field_says_why(client, place, address, role, at, wrong):
    client.force_login(person(role, at))

    def cells(**query):
        book = load_workbook(io.BytesIO(b"".join(client.get(address, {"as": "xlsx", **query})))).active
        return {str(cell) for row in book.iter_rows(values_only=True) for cell in row}

    shown = place.unit_id if address in ("/register/", "/events/") else "财务员"
    assert any(shown in cell for cell in cells())
    assert not any(shown in cell for cell in cells(**wrong))
    page = client.get(address, wrong)
    assert page.status_code == 200
    assert 'class="errorlist' in page.content.decode() or 'aria-invalid="true"' in page.content.decode()
