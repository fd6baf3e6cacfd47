"""Rows that every test of a file begins with, built once: each test works in a savepoint, on copies of the objects.

``rows_of_file`` is for files all of whose tests begin with the same rows; the others of the file would see them too.
"""

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection, transaction

OPEN = ExitStack()
"""The transaction around the tests of the present file."""


def is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"live_server", "transactional_db"} & set(item.fixturenames)
    )


@pytest.fixture(scope="module")
def rows_of_file(django_db_setup, django_db_blocker):
    """``rows_of_file(build)``: what ``build()`` returns, called once in a transaction that is rolled back after the
    file, or before its first transactional test (those come last)."""

    def built(build: Callable[[], Any]) -> Any:
        OPEN.enter_context(django_db_blocker.unblock())
        OPEN.enter_context(transaction.atomic())
        OPEN.callback(transaction.set_rollback, True)
        rows = build()
        connection.check_constraints()  # otherwise the end of each test would check all of them again
        return rows

    with OPEN:
        yield built


@pytest.fixture
def own_copy(request):
    """``own_copy(rows, build)``: this test's own objects; a transactional test builds its rows itself."""

    def copied(rows: Any, build: Callable[[], Any]) -> Any:
        if not is_transactional(request.node):
            return deepcopy(rows)
        OPEN.close()
        return build()

    return copied
