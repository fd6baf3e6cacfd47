"""Rows that many tests begin with, built once: each test works in a savepoint, on copies of the objects.

``@built_once`` replaces ``@pytest.fixture`` above a function that makes rows. What it makes is a layer: a transaction
around all tests that begin with these rows. A fixture that takes another one like it lies on that one. A layer is taken
away before the first test that does without it.
"""

import inspect
from collections.abc import Callable
from contextlib import ExitStack, nullcontext
from copy import deepcopy
from dataclasses import dataclass
from functools import partial, wraps
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connection, transaction

from tests.clock import freeze_time


def built_once(build: Callable[..., Any] | None = None, *, at: str | None = None) -> Any:
    """A fixture of what ``build`` returns, made at the moment ``at``. It takes only fixtures like it, and ``db``.

    A transactional test builds its rows itself.
    """
    if build is None:
        return partial(built_once, at=at)
    layer = Layer(build, at)

    @wraps(build)
    def taken(**given: Any) -> Any:
        return LAYERS.own[layer.name] if LAYERS.have(layer) else build(**given)

    taken.layer = layer
    return pytest.fixture(taken)


@dataclass(frozen=True)
class Layer:
    build: Callable[..., Any]
    at: str | None

    @property
    def name(self) -> str:
        return self.build.__name__

    @property
    def taken(self) -> list[str]:
        return list(inspect.signature(self.build).parameters)


@dataclass(frozen=True)
class Laid:
    """A layer in the database; its rows and those of the layers below, by name."""

    layer: Layer
    rows: dict[str, Any]
    transaction: ExitStack


class Layers:
    """What is laid in the database, from below; ``own`` are the present test's copies, by name."""

    def __init__(self) -> None:
        self._laid: list[Laid] = []
        self.own: dict[str, Any] = {}

    def have(self, layer: Layer) -> bool:
        return any(laid.layer == layer for laid in self._laid)

    def take_away_but(self, wanted: list[Layer]) -> None:
        """All above those that ``wanted`` begins with."""
        while [laid.layer for laid in self._laid] != wanted[: len(self._laid)]:
            self._laid.pop().transaction.close()

    def lay(self, wanted: list[Layer], blocker: Any) -> None:
        """What is missing of ``wanted``."""
        for layer in wanted[len(self._laid) :]:
            rows = self._copies()
            build = partial(layer.build, **{name: rows.get(name) for name in layer.taken})
            with freeze_time(layer.at) if layer.at else nullcontext(), ExitStack() as kept:
                made = _built(build, kept, blocker)
                self._laid.append(Laid(layer, rows | {layer.name: made}, kept.pop_all()))
        self.own = self._copies()

    def _copies(self) -> dict[str, Any]:
        return deepcopy(self._laid[-1].rows) if self._laid else {}


LAYERS = Layers()


def layers_of(item: pytest.Item) -> list[Layer]:
    """What ``item`` begins with, from below."""
    found: dict[str, Layer] = {}
    if not is_transactional(item):
        for name in item.fixturenames:
            _find(name, item._fixtureinfo.name2fixturedefs, found)
    return list(found.values())


def _find(name: str, fixtures: dict[str, Any], found: dict[str, Layer]) -> bool:
    """Whether the fixture is a layer; it goes to ``found`` after those on which it lies."""
    layer = getattr(fixtures[name][-1].func, "layer", None) if name in fixtures else None
    if layer and name not in found and all(_find(below, fixtures, found) for below in layer.taken if below != "db"):
        found[name] = layer
    return name in found


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items):
    """The tests of a file that begin with the same rows follow one another."""
    files = [list(group) for _, group in groupby(items, key=lambda item: (item.path, is_transactional(item)))]
    items[:] = [item for file in files for item in sorted(file, key=lambda item: [one.name for one in layers_of(item)])]


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    LAYERS.take_away_but(layers_of(item))


@pytest.fixture(scope="session")
def _layers_of_session(django_db_setup):
    yield
    LAYERS.take_away_but([])


@pytest.fixture
def _layers(request, _layers_of_session, django_db_blocker):
    """Nothing is left in the cache of rows that looked the same, or came in the same transaction."""
    if wanted := layers_of(request.node):
        cache.clear()
    LAYERS.lay(wanted, django_db_blocker)


@pytest.fixture
def _django_db_helper(_layers, _django_db_helper):
    """pytest-django's transaction of a test begins above the layers."""


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


def _built(build: Callable[[], Any], kept: ExitStack, blocker: Any) -> Any:
    """What ``build()`` returns, made in a transaction that is rolled back when ``kept`` is closed."""
    kept.enter_context(blocker.unblock())
    kept.enter_context(transaction.atomic())
    kept.callback(transaction.set_rollback, True)
    rows = build()
    connection.check_constraints()  # otherwise the end of each test would check all of them again
    return rows
