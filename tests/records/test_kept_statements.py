"""A connection keeps the plans of statements that are asked often, and gives what each of them gives by itself."""

from datetime import date

import pghistory
import pytest
from django.db import ProgrammingError, connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from records.kept_statements import MOST, rows_of

ECHO = "select %s, %s, %s, %s, %s, 'ten %%'"


def asked(sql, given):
    with CaptureQueriesContext(connection) as queries:
        rows = rows_of(sql, given)
    words = [query["sql"].split()[0] for query in queries]
    return rows, [word for word in words if word != "deallocate"]


@pytest.mark.django_db
def test_values_of_every_kind_come_back_and_the_second_call_is_not_prepared_again():
    given = ["杭州 '%'", 7_000_000_000, date(2026, 11, 28), timezone.now(), ["33", "3306"]]
    with pghistory.context(verb="read"):  # of which a statement that only reads needs to know nothing
        assert asked(ECHO, given) == ([(*given, "ten %")], ["prepare", "execute"])
        assert asked(ECHO, [*given[:4], ["330624"]]) == ([(*given[:4], ["330624"], "ten %")], ["execute"])


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_keeps_its_own():
    assert asked("select %s + 1", [1]) == ([(2,)], ["prepare", "execute"])
    connection.close()
    assert asked("select %s + 1", [1]) == ([(2,)], ["prepare", "execute"])


@pytest.mark.django_db
def test_the_statement_that_was_not_asked_for_longest_makes_room():
    for n in range(MOST + 1):
        rows_of(f"select {n}, %s", [n])
    assert kept() == MOST
    assert asked(f"select {MOST}, %s", [5])[1] == ["execute"]
    assert asked("select 0, %s", [5])[1] == ["prepare", "execute"]
    assert kept() == MOST


@pytest.mark.django_db
def test_what_could_not_be_prepared_is_prepared_the_next_time():
    with pytest.raises(ProgrammingError), transaction.atomic():
        rows_of("select later from later where n = %s", [1])
    with connection.cursor() as cursor:
        cursor.execute("create temporary table later on commit drop as select 1 as n, 'now' as later")
    assert rows_of("select later from later where n = %s", [1]) == [("now",)]


@pytest.mark.django_db
def test_behind_a_pooler_nothing_is_kept(monkeypatch):
    monkeypatch.setitem(connection.settings_dict, "DISABLE_SERVER_SIDE_CURSORS", True)
    assert asked("select %s + 2", [1]) == ([(3,)], ["select"])


def kept():
    with connection.cursor() as cursor:
        cursor.execute("select count(*) from pg_prepared_statements")
        return cursor.fetchone()[0]
