""" "怎么计分": the rule of every method is explained, and every item has its own line."""

import pytest
from django.utils.translation import override
from pydantic import TypeAdapter

from ratings.scheme.spec import Criterion
from ratings.scheme.wording import bounds_words, rule_lines

BASE = {"code": "1.1", "name": "负债率"}


def criterion(**keys):
    return TypeAdapter(Criterion).validate_python(BASE | {"max": 4} | keys)


@pytest.mark.parametrize(
    ("keys", "penalty", "lines"),
    [
        (
            {"method": "tiers", "figure": "资产负债率(%)", "tiers": [{"at_most": 5, "points": 4}]},
            False,
            ["资产负债率5%及以下：4分", "其他：0分"],
        ),
        (
            {"method": "linear", "figure": "%", "zero_at": 10, "full_at": 3, "gate": 12},
            False,
            ["负债率3%及以下得满分4分，10%及以上得0分，中间按比例计算。", "高于12%的，得0分。"],
        ),
        (
            {"method": "deduction", "items": [{"code": "a", "name": "少开一次", "per": 1}]},
            False,
            ["少开一次：扣1分"],
        ),
        ({"method": "count", "items": [{"code": "a", "name": "每件", "per": 2}]}, True, ["每件：扣2分"]),
        ({"method": "count", "items": [{"code": "a", "name": "每件", "per": 2}]}, False, ["每件：加2分"]),
    ],
)
def test_a_rule_says_of_what(keys, penalty, lines):
    with override("zh-hans"):
        told = rule_lines(criterion(**keys), penalty=penalty)
    assert told[-len(lines) :] == lines


@pytest.mark.parametrize(
    ("keys", "words"),
    [
        ({"figure": "占比(%)"}, "0至100"),
        ({"least": -50, "figure": "增长(%)"}, "-50至100"),
        ({"whole": True}, "整数"),
        ({}, ""),
    ],
)
def test_what_can_be_true_stands_beside_the_field(keys, words):
    asked = criterion(method="tiers", tiers=[{"at_least": 1, "points": 1}], **keys).questions[0]
    with override("zh-hans"):
        assert bounds_words(asked) == words
