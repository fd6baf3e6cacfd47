"""Two who write overlapping periods at once, past the workflow: the second waits for the first, and is refused."""

import pytest
from django.db import IntegrityError, NotSupportedError, connection, transaction

from ratings.models import StarPeriod
from ratings.models.register import FEW
from tests.concurrency import while_it_waits
from tests.factories import TOWNSHIP, VILLAGE, DecisionFactory, UnitFactory

pytestmark = pytest.mark.django_db(transaction=True)
ADD = """
insert into ratings_starperiod (unit_id, during, star, decision_id, effects, recorded_at)
select unit_id, daterange(%s, null), star, id, '{}', now() from ratings_decision
"""


def add(since):
    with connection.cursor() as cursor:
        cursor.execute(ADD, [since])


@pytest.mark.parametrize("units", [1, FEW + 1])
def test_periods_that_nobody_else_sees_yet_do_not_overlap(units):
    for n in range(units):
        DecisionFactory(unit=UnitFactory(code=f"{TOWNSHIP}{201 + n}"))
    refused = while_it_waits(lambda: add("2026-01-01"), lambda: add("2026-02-01"))
    assert isinstance(refused, IntegrityError)
    assert {period.during.lower.month for period in StarPeriod.objects.all()} == {1}
    assert StarPeriod.objects.count() == units


def test_nobody_writes_periods_who_could_not_see_those_of_others():
    DecisionFactory(unit=UnitFactory(code=VILLAGE))
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("set transaction isolation level repeatable read")
        with pytest.raises(NotSupportedError), transaction.atomic():
            add("2026-01-01")
    assert not StarPeriod.objects.exists()
