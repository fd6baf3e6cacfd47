import time

import pytest
from django.core.cache import cache
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
