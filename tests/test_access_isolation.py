"""Every registered page, every role: other people's data is a 404, nothing leaks, no form needs a script."""

from collections.abc import Iterator

import pytest
from django.urls import URLPattern, URLResolver, get_resolver

from tests.access_isolation import faults
from tests.reference_forms import needing_scripts
from tests.route_permissions import DOORS, PAGES

pytestmark = pytest.mark.django_db
ELSEWHERE = {"metrics", "readyz", "openid_connect_login", "openid_connect_callback"}
"""Addresses that tests of their own knock at."""


def routes(patterns: list[URLPattern | URLResolver]) -> Iterator[str | None]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from routes(pattern.url_patterns)
        else:
            yield pattern.name


def test_every_address_has_its_door():
    assert sorted(map(str, routes(get_resolver().url_patterns))) == sorted(DOORS)


@pytest.mark.parametrize("name", sorted(PAGES.keys() - ELSEWHERE))
def test_who_finds_what_behind_the_door(everybody, name):
    """Exactly those with the permission get it; for all others, it is like a made-up address."""
    assert faults(everybody, name) == []


def test_a_form_that_needs_scripts_is_noticed():
    dead = '<body><form action="/a/"><input name="b"><button type="button">c</button></form><p hx-get="/d/"></p></body>'
    assert needing_scripts(dead) == ["nothing sends the form to /a/", "only scripts ask /d/"]
