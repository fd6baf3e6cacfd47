"""Every registered page, every role: other people's data is a 404, nothing leaks, no form needs a script."""

from itertools import product

import pytest

from tests.access_isolation import PAGE_METHODS, faults
from tests.route_permissions import PAGES
from tests.visitors import choose

pytestmark = pytest.mark.django_db
ELSEWHERE = {"metrics", "readyz", "openid_connect_login", "openid_connect_callback"}
"""Addresses that tests of their own knock at."""


@pytest.fixture(scope="module")
def everybody(world):
    choose(world, product(PAGES, PAGE_METHODS))
    return world


@pytest.mark.parametrize("name", sorted(PAGES.keys() - ELSEWHERE))
def test_who_finds_what_behind_the_door(everybody, name):
    """Exactly those with the permission get it; for all others, it is like a made-up address."""
    assert faults(everybody, name) == []
