"""Rows that every test of a file begins with, built once: each test works in a savepoint, on copies of the objects.

``rows_of_file`` is for files all of whose tests begin with the same rows; the others of the file would see them too.
"""

from collections.abc import Callable
from contextlib import ExitStack
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction

OPEN = ExitStack()
"""The transaction around the tests of the present file."""


class KeptRows:
    """Rows that take seconds to build: the files that begin with them share them while no other file comes between.

    ``fixture`` is the name of the fixture that takes them; the tests that use it are ordered to follow one another. A
    test that does without them belongs into another file: they would be removed for it, and built anew for the next.
    """

    def __init__(self, fixture: str) -> None:
        self.fixture = fixture
        self._rows: Any = None
        self._transaction = ExitStack()
        self._file: Path | None = None
        self.held_by_file = False
        """Whether a fixture of the whole file stands on them."""

    def take(self, build: Callable[[], Any], blocker: Any) -> Any:
        if self._rows is None:
            self._rows = _built(build, self._transaction, blocker)
        return self._rows

    def are_used_by(self, item: pytest.Item) -> bool:
        return self.fixture in item.fixturenames and not is_transactional(item)

    def remove_unless_used_by(self, item: pytest.Item) -> None:
        """Before ``item`` begins: unless it shares them, they are removed, or at the end of a file that holds them."""
        if not self.are_used_by(item) and (item.path != self._file or not self.held_by_file):
            self.remove()
        self._file = item.path

    def remove(self) -> None:
        self._rows = None
        self._transaction.close()


def is_transactional(item: pytest.Item) -> bool:
    marker = item.get_closest_marker("django_db")
    return bool(marker and marker.kwargs.get("transaction")) or bool(
        {"live_server", "transactional_db"} & set(item.fixturenames)
    )


@pytest.fixture(scope="module")
def rows_of_file(django_db_setup, django_db_blocker):
    """``rows_of_file(build)``: what ``build()`` returns, called once in a transaction that is rolled back after the
    file, or before its first transactional test (those come last)."""

    with OPEN:
        yield lambda build: _built(build, OPEN, django_db_blocker)


def _built(build: Callable[[], Any], kept: ExitStack, blocker: Any) -> Any:
    """What ``build()`` returns, made in a transaction that is rolled back when ``kept`` is closed."""
    kept.enter_context(blocker.unblock())
    kept.enter_context(transaction.atomic())
    kept.callback(transaction.set_rollback, True)
    rows = build()
    connection.check_constraints()  # otherwise the end of each test would check all of them again
    return rows


@pytest.fixture
def own_copy(request):
    """``own_copy(rows, build)``: this test's own objects; a transactional test builds its rows itself."""

    def copied(rows: Any, build: Callable[[], Any]) -> Any:
        if not is_transactional(request.node):
            return deepcopy(rows)
        OPEN.close()
        return build()

    return copied
