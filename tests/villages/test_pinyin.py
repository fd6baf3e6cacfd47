"""Search keys of names and what finds them."""

import re

import pytest

from tests.factories import UnitFactory
from villages.models import Unit
from villages.pinyin import pattern_of, pinyin_of


@pytest.mark.parametrize(
    ("name", "key"),
    [("沙溪村委会", "sha xi cun wei hui"), ("吕岭", "lv ling"), ("A1区", "a1 qu"), ("", "")],
)
def test_a_key_holds_the_syllables_of_a_name(name, key):
    assert pinyin_of(name) == key


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("shaxi", True),
        ("sx", True),
        ("SX", True),
        ("sha xi", True),
        ("shax", True),
        ("sxcw", True),
        ("xi", True),
        ("haxi", False),
        ("sc", False),
        ("sx.*", True),
    ],
)
def test_what_is_typed_spells_syllables_or_their_initials(typed, found):
    assert bool(re.search(pattern_of(typed), pinyin_of("沙溪村委会"))) == found


def test_signs_spell_nothing():
    assert pattern_of("(·)") == ""


@pytest.mark.django_db
def test_the_key_follows_the_name():
    unit = UnitFactory(code="330624108204", name="沙溪村")
    unit.name = "董村"
    unit.save(update_fields=["name"])
    assert Unit.objects.get(pk=unit.pk).pinyin == "dong cun"
