"""A county that has not begun the year is told on 1 September, once."""

from datetime import date

import pytest

from accounts.roles import Role
from notifications.models import Notice
from ratings.tasks import remind_to_begin
from ratings.workflow.year_reminder import remind
from tests.clock import freeze_time
from tests.factories import COUNTY, CycleFactory, UnitFactory, at, person

pytestmark = pytest.mark.django_db
OTHER = "330681"


def test_who_has_not_begun_is_told_once():
    begun, late = person(Role.COUNTY_OFFICE, COUNTY), person(Role.COUNTY_OFFICE, OTHER)
    person(Role.DISCIPLINE, OTHER)
    UnitFactory(code=COUNTY), CycleFactory()
    with freeze_time(at(2026, 8, 31, 23)):
        assert remind(date(2026, 8, 31)) == 0
    with freeze_time(at(2026, 9, 1, 1)):
        assert [remind_to_begin(), remind_to_begin()] == [1, 0]
    with freeze_time(at(2026, 9, 2, 1)):
        assert remind_to_begin() == 0
    assert list(Notice.objects.values_list("user", "kind", "params__year")) == [(late.pk, "year_not_begun", 2026)]
    with freeze_time(at(2027, 9, 1, 1)):
        assert remind_to_begin() == 2
    assert begun.pk in Notice.objects.filter(params__year=2027).values_list("user", flat=True)
