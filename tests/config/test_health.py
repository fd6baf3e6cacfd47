import time

import pytest
from django.core.cache import cache
from django.db import OperationalError, connection
from django.urls import reverse

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
