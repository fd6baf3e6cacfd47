"""What the database itself refuses, whoever writes: the past of events, proposals and periods is immutable."""

from datetime import date

import pytest
from django.db import DatabaseError, connection, transaction

from ratings.models import Event, Proposal, StarPeriod
from ratings.register.rerating import rerate
from ratings.tasks import rerate_all
from tests.built_once import built_once
from tests.factories import VILLAGE, DecisionFactory, EventFactory, SchemeFactory, UnitFactory, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rows")]


@built_once
def rows(db):
    SchemeFactory(year=2026)
    DecisionFactory(unit=UnitFactory(code=VILLAGE), star=5)
    EventFactory(unit_id=VILLAGE, on=date(2026, 3, 1), closed=date(2026, 5, 1))
    rerate("")
    EventFactory(unit_id=VILLAGE, on=date(2026, 6, 1))
    rerate("")
    Proposal.objects.filter(event__closed=None).update(state="declined", settled_at=at(2026, 6, 2), reason="情节轻微")


@pytest.mark.parametrize(
    "statement",
    [
        "update ratings_event set closed = null where closed is not null",
        "update ratings_event set closed = closed + 1 where closed is not null",
        "update ratings_event set held = true",
        "update ratings_event set kind = 'other'",
        "delete from ratings_event",
        "update ratings_proposal set state = 'confirmed' where state = 'declined'",
        "update ratings_proposal set reason = '' where state = 'declined'",
        "update ratings_proposal set rule = 0",
        "delete from ratings_proposal where state = 'declined'",
        "update ratings_starperiod set superseded_at = null where superseded_at is not null",
        "update ratings_starperiod set star = 5 where star = 3",
        "delete from ratings_starperiod",
        "insert into ratings_starperiod (unit_id, during, star, decision_id, effects, recorded_at) "
        "select unit_id, during, 5, decision_id, '{}', now() from ratings_starperiod where superseded_at is null",
        "insert into ratings_starperiod (unit_id, during, star, decision_id, effects, recorded_at) "
        "select unit_id, daterange(lower(during) + 1, null), 5, decision_id, '{}', now() from ratings_starperiod "
        "where superseded_at is null order by during limit 1",
        "insert into ratings_starperiod (unit_id, during, star, decision_id, effects, recorded_at) "
        "select unit_id, daterange('2020-01-01', n), 5, decision_id, '{}', now() "
        "from (select * from ratings_starperiod limit 1) as p, (values ('2020-02-01'::date), (null)) as until (n)",
    ],
)
def test_raw_sql_cannot_change_the_past(statement):
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_nights_task_changes_nothing_twice():
    seen = [model.objects.count() for model in (Event, Proposal, StarPeriod)]
    rerate_all()
    assert [model.objects.count() for model in (Event, Proposal, StarPeriod)] == seen
