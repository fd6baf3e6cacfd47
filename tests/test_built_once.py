"""Rows of ``built_once``: made once, whole for every test that begins with them, unseen by the others."""

import pytest

from tests.built_once import built_once
from tests.factories import VILLAGE, UnitFactory
from villages.models import Unit

pytestmark = pytest.mark.django_db
BUILT = []


@built_once(at="2026-01-01T00:00Z")
def village(db):
    BUILT.append("village")
    return UnitFactory(code=VILLAGE, name="沙溪村")


@built_once
def renamed(village):
    BUILT.append("renamed")
    village.name = "溪东村"
    village.save()
    return village


@pytest.mark.parametrize("time", range(2))
def test_what_a_test_changes_is_its_own(village, time):
    assert Unit.objects.get().name == village.name == "沙溪村"
    village.name = "别村"
    village.save()


@pytest.mark.parametrize("time", range(2))
def test_one_lies_on_another_as_the_same_object(village, renamed, time):
    assert village is renamed
    assert Unit.objects.get().name == village.name == "溪东村"
    Unit.objects.all().delete()


def test_who_does_without_sees_none():
    assert not Unit.objects.exists()


def test_each_was_built_once(renamed):
    assert BUILT == ["village", "renamed"]


@pytest.mark.django_db(transaction=True)
def test_a_transactional_test_builds_its_own(request):
    BUILT.clear()
    renamed = request.getfixturevalue("renamed")
    assert Unit.objects.get() == renamed
    assert BUILT == ["village", "renamed"]
