"""Every kind says what may leave for a third party's platform: a count, nothing else."""

import re

import pytest
from django.utils.translation import override

from notifications.kinds import KINDS, Group

OUTSIDE = sorted(name for name, kind in KINDS.items() if kind.outside is not None)


def test_every_kind_belongs_to_a_group():
    assert {name: kind.group for name, kind in KINDS.items() if kind.group not in Group} == {}


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("name", OUTSIDE)
def test_words_for_outside_hold_a_count_alone(name, language):
    with override(language):
        said = [str(KINDS[name].outside % {"count": count}) for count in (1, 7)]
    assert [re.findall(r"\d+", one) for one in said] == [["1"], ["7"]]
    assert [bool(re.search("[一-鿿]", one)) for one in said] == [language == "zh-hans"] * 2, said
