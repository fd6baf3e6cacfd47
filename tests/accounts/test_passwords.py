"""The response time for a wrong password does not reveal which account names exist."""

import hashlib

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.passwords import OneTimeHasher
from config import settings as in_use
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def rounds(monkeypatch):
    """The iterations of each key that is derived: what a password costs, whatever else the machine does."""
    derive, counted = hashlib.pbkdf2_hmac, []

    def counting(name, password, salt, iterations, dklen=None):
        counted.append(iterations)
        return derive(name, password, salt, iterations, dklen)

    monkeypatch.setattr(hashlib, "pbkdf2_hmac", counting)
    return counted


def cost_of(username, rounds):
    rounds.clear()
    given = {"username": username, "password": "wrong"}
    assert Client().post(reverse("api-token"), given, content_type="application/json").status_code == 400
    return sum(rounds)


def test_a_wrong_password_costs_the_same_for_all_names(settings, rounds):
    settings.PASSWORD_HASHERS = in_use.PASSWORD_HASHERS
    UserFactory(username="chosen", password="Right-2026-pass")
    for username, active in (("once", True), ("locked", False)):
        once = make_password("a-one-time-pass", hasher=OneTimeHasher.algorithm)
        User.objects.filter(pk=UserFactory(username=username).pk).update(password=once, is_active=active)
    costs = {cost_of(username, rounds) for username in ("chosen", "once", "locked", "nobody")}
    assert costs == {PBKDF2PasswordHasher.iterations}
