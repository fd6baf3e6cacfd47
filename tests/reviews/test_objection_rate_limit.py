"""The rate limit on objections from one address: counted by the hour, and never an error when the cache is down."""

import pytest
from django.core.cache import cache
from django.core.cache.backends.locmem import LocMemCache

from reviews.results.public_notices import OBJECTIONS_AN_HOUR, may_object_again

AWAY = {
    "BACKEND": "django_redis.cache.RedisCache",
    "LOCATION": "redis://127.0.0.1:1/0",
    "OPTIONS": {"IGNORE_EXCEPTIONS": True},
}


class Forgetful(LocMemCache):
    """A cache that is flushed whenever the counter is about to be increased."""

    def incr(self, key, delta=1, version=None):
        self.clear()
        return super().incr(key, delta, version)


@pytest.fixture
def cached(settings):
    def use(**backend):
        settings.CACHES = {"default": backend}
        cache.clear()

    return use


def asked(times, address="10.0.0.1"):
    return [may_object_again(address) for _n in range(times)]


def test_an_address_has_its_share_of_an_hour_and_another_has_its_own(cached):
    cached(BACKEND="django.core.cache.backends.locmem.LocMemCache")
    assert asked(OBJECTIONS_AN_HOUR + 2) == [True] * OBJECTIONS_AN_HOUR + [False] * 2
    assert asked(1, "10.0.0.2") == [True]


def test_addresses_of_one_line_count_as_one(cached):
    """Whoever has IPv6 has billions of them."""
    cached(BACKEND="django.core.cache.backends.locmem.LocMemCache")
    assert asked(OBJECTIONS_AN_HOUR, "2408:8000:1:2::5") == [True] * OBJECTIONS_AN_HOUR
    assert [asked(1, other) for other in ("2408:8000:1:2:3:4:5:6", "2408:8000:1:3::5")] == [[False], [True]]


def test_a_count_that_vanishes_in_between_begins_anew(cached):
    cached(BACKEND="tests.reviews.test_objection_rate_limit.Forgetful")
    assert asked(2 * OBJECTIONS_AN_HOUR) == [True] * 2 * OBJECTIONS_AN_HOUR


def test_while_the_cache_is_away_everyone_is_let_in(cached):
    cached(**AWAY)
    assert asked(2 * OBJECTIONS_AN_HOUR) == [True] * 2 * OBJECTIONS_AN_HOUR
