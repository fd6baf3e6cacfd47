"""The days on which it changes what acts on a star: each is easily read one day early or late."""

from datetime import date

import pytest

from ratings.register.rerating import stars
from tests.factories import TOWNSHIP, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, at
from tests.scheme_body import scheme_body

pytestmark = pytest.mark.django_db
VILLAGE = f"{TOWNSHIP}201"


def fail_spot_check(on):
    """One star less for three months."""
    EventFactory(unit=UnitFactory(code=VILLAGE), kind="spot_check_failed", on=on)


@pytest.mark.parametrize(("on", "star"), [(date(2026, 10, 31), 4), (date(2026, 11, 1), 3)])
def test_a_decision_has_judged_what_happened_until_its_cut_off(on, star):
    SchemeFactory()
    DecisionFactory(unit=UnitFactory(code=VILLAGE), star=4, on=date(2026, 11, 20), cut_off=date(2026, 10, 31))
    fail_spot_check(on)
    assert stars([VILLAGE], date(2026, 11, 20)) == {VILLAGE: star}


@pytest.mark.parametrize(("on", "star"), [(date(2026, 2, 28), 3), (date(2026, 3, 1), 2)])
def test_the_next_version_of_a_scheme_judges_from_the_day_of_its_issue(on, star):
    SchemeFactory()
    rule = {"event": "spot_check_failed", "does": "lower", "by": 2, "automatic": True}
    SchemeFactory(version=2, issued_at=at(2026, 3, 1), body=scheme_body() | {"rules": [rule]})
    DecisionFactory(unit=UnitFactory(code=VILLAGE), star=4, on=date(2026, 1, 10), cut_off=date(2025, 12, 31))
    fail_spot_check(on)
    assert stars([VILLAGE], on) == {VILLAGE: star}


def test_of_two_decisions_of_one_day_the_later_one_is_in_force():
    first = DecisionFactory(unit=UnitFactory(code=VILLAGE), star=4)
    DecisionFactory(unit=first.unit, star=3, origin="appeal", replaces=first)
    assert stars([VILLAGE], date(2026, 11, 20)) == {VILLAGE: 3}
