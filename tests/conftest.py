"""Fixtures for every test. Each xdist worker has its own database on the shared server."""

import gc
import os
import shutil
import threading

import pytest
from _pytest import runner
from django.conf import settings as django_settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.cache import cache
from django.db import connection
from django.db.backends.postgresql.base import DatabaseWrapper
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings
from hypothesis.internal.conjecture import providers
from playwright.sync_api import expect

from accounts.passwords import OneTimeHasher
from config import services
from config.stack_room import with_room
from tests import own_server
from tests.as_migrated import AsMigrated
from tests.clients import PageClient
from tests.live_connections import LiveConnections, serves_a_browser
from tests.live_files import serve_for_good
from tests.migrated import CopiedDatabase, template_database

# Playwright keeps an event loop in the tests' thread, for which Django would refuse its database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

CHROMIUMS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")
CHROMIUM = next(filter(None, map(shutil.which, CHROMIUMS)), None)

services.attach()
if not ({"DATABASE_URL", "PYTEST_XDIST_WORKER"} & set(os.environ)):
    own_server.make_ready()
    # Migrates while the workers import and collect. No daemon: a run that is over sooner waits, before its server goes.
    threading.Thread(target=template_database).start()
gc.disable()  # until everything is collected, see below

# A cache of its own for each worker, in a database after the broker's and the cache's: tests empty it.
WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
django_settings.CACHES["default"]["LOCATION"] = services.with_database(services.redis_url(), 2 + WORKER)

pytest_plugins = ["tests.built_once", "tests.requests_by_role"]

# A one-time password costs as much as one of one's own, half a second each; here their proportion is enough.
PBKDF2PasswordHasher.iterations, OneTimeHasher.iterations = 1_000, 100

# How long an example or a page takes depends more on the machine and its load than on our code.
# 50 examples a run instead of 100: each run has others.
settings.register_profile("patient", max_examples=50, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
# It would read all our source for constants to try, two seconds in each worker of a fresh clone.
providers._get_local_constants = lambda: providers._local_constants
expect.set_options(timeout=20_000)


LONG = (
    "tests/test_year.py",
    "tests/config/test_under_load.py",
    "tests/config/test_backup.py",
    "tests/config/test_supervisor.py",
    "tests/ratings/test_scheme_in_browser.py",
    "tests/reports/test_demonstration.py",
    "tests/villages/test_hostile_sheets.py",
    "tests/test_access_isolation",
    "tests/test_nothing_leaks.py",
    "tests/test_held_events.py",
    "tests/test_odd_requests.py",
    "tests/test_month.py",
    "tests/config/test_startup_checks.py",
    "tests/config/test_services.py",
)


def pytest_collection_modifyitems(items):
    """Begin with the long files, so that no worker is left with one at the end; mark tests that open a page in a
    browser: without Chromium they are skipped, or failed where that is not allowed (CI)."""
    items.sort(key=lambda item: not item.nodeid.startswith(LONG))
    for item in items:
        parameters = item.callspec.params if hasattr(item, "callspec") else {}
        if {"page", "browser", "context", "new_context"} & (set(item.fixturenames) - set(parameters)):
            item.add_marker("browser")
        if item.get_closest_marker("browser") and not CHROMIUM and os.environ.get("CI") != "true":
            item.add_marker(pytest.mark.skip(reason="no Chromium: tests in a browser are skipped"))


def pytest_collection_finish():
    """What was imported and collected stays until the end: no garbage collection looks through it again. What comes
    after it is mostly freed without one; what survives one is not looked through again."""
    gc.collect()
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000, 1_000, 1_000)


def pytest_runtest_protocol(item, nextitem):
    """As pytest runs a test, with room for its frames: calls lay at the end of a chunk of the stack by chance."""
    return with_room(runner.pytest_runtest_protocol, item, nextitem)


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    connection.creation = CopiedDatabase(connection)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker):
    """After a transactional test only what it filled is emptied. The live server keeps its connections, browsers its
    files. What an earlier run has left in the cache is gone: its rows looked the same."""
    cache.clear()
    live = LiveConnections()
    with django_db_blocker.unblock(), pytest.MonkeyPatch.context() as patch:
        migrated = AsMigrated()
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda test_case: migrated.restore())
        patch.setattr(DatabaseWrapper, "get_new_connection", lambda wrapper, params: live.take(wrapper, params))
        patch.setattr(DatabaseWrapper, "_close", lambda wrapper: live.put_back(wrapper))
        patch.setattr(StaticFilesHandler, "serve", serve_for_good)
        yield
    live.close()


@pytest.fixture
def client():
    return PageClient()


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args):
    """Debian's Chromium, which has no sandbox for root."""
    assert CHROMIUM, "tests in a browser need Chromium"
    sandbox = [] if os.geteuid() else ["--no-sandbox"]
    return {**browser_type_launch_args, "executable_path": CHROMIUM, "args": ["--disable-gpu", *sandbox]}


@pytest.fixture(scope="session")
def browser_context_args(browser_context_args):
    return {**browser_context_args, "locale": "zh-CN", "timezone_id": "Asia/Shanghai"}


@pytest.fixture(autouse=True)
def _nobody_asks_on():
    """The browsers of a test are closed by now: their last requests are answered before its rows are removed."""
    yield
    for thread in threading.enumerate():
        if serves_a_browser(thread):
            thread.join(timeout=20)
