import time
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.urls import reverse
from psycopg2 import errors

from config import health
from config.celery import HEARTBEAT_KEY


def test_healthz_needs_nothing(client):
    response = client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


@pytest.mark.django_db
def test_readyz_names_what_is_missing(client):
    cache.delete(HEARTBEAT_KEY)
    response = client.get("/readyz")
    assert (response.status_code, response.json()) == (
        503,
        {
            "database": "ok",
            "redis": "ok",
            "worker": "no worker answered within 2 seconds",
            "scheduler": "no sign of life",
        },
    )


@pytest.mark.django_db
def test_readyz_sees_the_sign_of_life_of_the_scheduler(client):
    cache.set(HEARTBEAT_KEY, time.time(), 30)
    assert client.get("/readyz").json()["scheduler"] == "ok"
    cache.delete(HEARTBEAT_KEY)


@pytest.mark.django_db
def test_readyz_sees_that_nothing_can_be_written(client):
    with connection.cursor() as cursor:
        cursor.execute("set local transaction_read_only = on")
    assert client.get("/readyz").json()["database"] == "cannot be written to"


@pytest.mark.django_db
def test_readyz_sees_a_full_disk(client, monkeypatch):
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=1024 * 1024))
    assert client.get("/readyz").json()["database"] == "the disk is full"


def test_a_server_that_is_away_is_told_from_one_that_keeps_nothing(settings):
    """The cache itself takes an outage for a miss."""
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1/0"}}
    assert health.state(health.redis) == "ConnectionError"


def test_both_are_at_the_root():
    assert (reverse("healthz"), reverse("readyz")) == ("/healthz", "/readyz")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("path", "kind"), [("/public/register/", "text/html"), ("/api/v1/notices/", "application/json")]
)
def test_while_the_database_is_away_people_are_told_to_try_again(client, path, kind):
    client.raise_request_exception = False
    with connection.execute_wrapper(away):
        answer = client.get(path)
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"].partition(";")[0]) == (503, "5", kind)


def away(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")


def full(execute, sql, params, many, context):
    raise OperationalError("could not extend file") from errors.DiskFull()


@pytest.mark.django_db
def test_on_a_full_disk_people_are_told_that_it_is_full(client):
    client.raise_request_exception = False
    with connection.execute_wrapper(full):
        page = client.get("/public/register/")
        api = client.get("/api/v1/notices/")
    assert (page.status_code, api.status_code) == (503, 503)
    assert "系统的磁盘已满" in page.content.decode()
    assert "系统的磁盘已满" in api.json()["detail"]


@pytest.mark.django_db
def test_a_crash_behind_a_full_disk_is_told_as_one(client, monkeypatch):
    client.raise_request_exception = False
    monkeypatch.setattr("shutil.disk_usage", lambda path: SimpleNamespace(free=0))
    with connection.execute_wrapper(away):
        assert "系统的磁盘已满" in client.get("/public/register/").content.decode()
