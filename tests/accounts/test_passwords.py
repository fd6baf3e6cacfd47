"""The response time for a wrong password does not reveal which account names exist."""

import time

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client
from django.urls import reverse

from accounts.models import User
from accounts.passwords import OneTimeHasher
from config import settings as in_use
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def cost_of(username):
    """CPU seconds, the minimum of two tries: other load on the machine does not count."""
    costs = []
    for _try in range(2):
        began = time.process_time()
        given = {"username": username, "password": "wrong"}
        assert Client().post(reverse("api-token"), given, content_type="application/json").status_code == 400
        costs.append(time.process_time() - began)
    return min(costs)


def test_a_wrong_password_costs_the_same_for_all_names(settings):
    settings.PASSWORD_HASHERS = in_use.PASSWORD_HASHERS
    UserFactory(username="chosen", password="Right-2026-pass")
    for username, active in (("once", True), ("locked", False)):
        once = make_password("a-one-time-pass", hasher=OneTimeHasher.algorithm)
        User.objects.filter(pk=UserFactory(username=username).pk).update(password=once, is_active=active)
    costs = [cost_of(username) for username in ("chosen", "once", "locked", "nobody")]
    assert max(costs) < 1.3 * min(costs), costs
