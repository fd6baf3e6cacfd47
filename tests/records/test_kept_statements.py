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
    return rows, [query["sql"].split()[0] for query in queries], kept(sql)


@pytest.mark.django_db
def test_values_of_every_kind_come_back_and_the_second_call_is_not_prepared_again():
    given = ["杭州 '%'", 7_000_000_000, date(2026, 11, 28), timezone.now(), ["33", "3306"]]
    with pghistory.context(verb="read"):  # of which a statement that only reads needs to know nothing
        assert asked(ECHO, given) == ([(*given, "ten %")], ["execute"], 1)
        assert asked(ECHO, [*given[:4], ["330624"]]) == ([(*given[:4], ["330624"], "ten %")], ["execute"], 1)


@pytest.mark.django_db(transaction=True)
def test_it_is_planned_for_all_arguments_at_once():
    for code in ("33", "3306"):
        rows_of("select name from villages_unit where code = %s", [code])
    with connection.cursor() as cursor:
        cursor.execute(
            "select generic_plans, custom_plans from pg_prepared_statements where statement like '%villages_unit%'"
        )
        assert cursor.fetchall() == [(2, 0)]


@pytest.mark.django_db(transaction=True)
def test_a_new_connection_keeps_its_own():
    assert asked("select %s + 1", [1]) == ([(2,)], ["execute"], 1)
    connection.close()
    assert kept("select %s + 1") == 0
    assert asked("select %s + 1", [1]) == ([(2,)], ["execute"], 1)


@pytest.mark.django_db
def test_the_statement_that_was_not_asked_for_longest_makes_room():
    for n in range(MOST + 1):
        rows_of(f"select {n}, %s", [n])
    assert (kept(""), kept("select 0, %s"), kept("select 1, %s")) == (MOST, 0, 1)
    assert asked("select 0, %s", [5])[2] == 1
    assert (kept(""), kept("select 1, %s")) == (MOST, 0)


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
    assert asked("select %s + 2", [1]) == ([(3,)], ["select"], 0)


def kept(sql):
    """How many statements like ``sql`` this connection keeps."""
    with connection.cursor() as cursor:
        like = sql.replace("%%", "%").replace("%s", "$_")
        cursor.execute("select count(*) from pg_prepared_statements where statement like %s", [f"% as {like}%"])
        return cursor.fetchone()[0]
