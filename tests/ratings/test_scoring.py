"""Facts → points: worked examples from published schemes (practice §2) and what must hold for every fact."""

from decimal import Decimal as D

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from ratings.scheme.problems import errors
from ratings.scheme.reading import SchemeRefused, check_scheme
from ratings.scheme.spec import Criterion, NoSingleVariant, SchemeSpec
from ratings.scoring.methods import METHODS, WrongFact, lower_median, mean, score, score_criterion, spread, written
from tests.factories import scheme_body
from tests.ratings.random_schemes import METHODS as ALL_METHODS
from tests.ratings.random_schemes import criterion as criteria
from tests.ratings.random_schemes import fact_values


def criterion(method, full=6, /, **keys):
    made = {"code": "1.1", "name": "指标", "max": full, "method": method} | keys
    return TypeAdapter(Criterion).validate_python(made)


def points(made, **facts):
    """Points for facts given as ``a=2`` (item a) or ``own=93.5`` (figure or typed points)."""
    named = {("1.1" if key == "own" else f"1.1.{key}"): D(value) for key, value in facts.items()}
    return score_criterion(made, named).points


MONTHLY = criterion("deduction", 6, items=[{"code": "a", "per": D("0.5")}])
LEDGER = criterion("deduction", 3, items=[{"code": "a", "per": 1}, {"code": "b", "zeroes": True}])
FIVE = criterion("checklist", 5, items=[{"code": c, "points": 1} for c in "abcde"])
SHARE = criterion("tiers", 10, tiers=[{"at_least": 95, "points": 10}, {"at_least": 90, "points": 8}])
COSTS = criterion("tiers", 3, tiers=[{"at_most": 5, "points": 3}, {"at_most": 10, "points": 2}])
INCOME = criterion("linear", 6, zero_at=5, full_at=30, gate=8)
OVERRUN = criterion("linear", 3, zero_at=10, full_at=0, gate=9)
PRAISE = criterion("count", 6, items=[{"code": "a", "per": 1, "at_most": 2}, {"code": "b", "per": 3}])
STARTED = criterion("deduction", 6, items=[{"code": "a", "per": 1, "each": 3, "step": "started", "at_most": 4}])
WHOLE = criterion("deduction", 6, items=[{"code": "a", "per": 1, "each": 3}])


@pytest.mark.parametrize(
    ("made", "facts", "expected"),
    [
        (MONTHLY, {"a": 2}, "5"),
        (MONTHLY, {"a": 12}, "0"),
        (MONTHLY, {"a": 13}, "0"),
        (MONTHLY, {}, "6"),
        (LEDGER, {"a": 1, "b": 0}, "2"),
        (LEDGER, {"b": "0.5"}, "0"),
        (FIVE, {"a": 1, "b": 1, "c": 0}, "2"),
        (SHARE, {"own": "95"}, "10"),
        (SHARE, {"own": "94.99"}, "8"),
        (SHARE, {"own": "89.99"}, "0"),
        (COSTS, {"own": "5"}, "3"),
        (COSTS, {"own": "5.01"}, "2"),
        (COSTS, {"own": "10.01"}, "0"),
        (INCOME, {"own": "7.99"}, "0"),
        (INCOME, {"own": "8"}, "0.72"),
        (INCOME, {"own": "20"}, "3.60"),
        (INCOME, {"own": "31"}, "6"),
        (OVERRUN, {"own": "-1"}, "3"),
        (OVERRUN, {"own": "4.95"}, "1.52"),
        (OVERRUN, {"own": "9"}, "0.30"),
        (OVERRUN, {"own": "9.01"}, "0"),
        (PRAISE, {"a": 5}, "2"),
        (PRAISE, {"a": 5, "b": 2}, "6"),
        (STARTED, {"a": "0.1"}, "5"),
        (STARTED, {"a": 3}, "5"),
        (STARTED, {"a": "3.1"}, "4"),
        (STARTED, {"a": 99}, "2"),
        (WHOLE, {"a": "2.9"}, "6"),
        (WHOLE, {"a": 3}, "5"),
        (criterion("judged", 4, step=D("0.5")), {"own": "3.5"}, "3.5"),
    ],
)
def test_worked_examples(made, facts, expected):
    assert points(made, **facts) == D(expected)


def test_linear_multiplies_before_it_divides_and_rounds_half_up_once():
    assert points(criterion("linear", 1, zero_at=0, full_at=3), own=1) == D("0.33")
    assert points(criterion("linear", 3, zero_at=0, full_at=9), own=3) == D("1.00")
    assert points(criterion("linear", 1, zero_at=0, full_at=200), own=1) == D("0.01")


def test_all_or_nothing():
    made = criterion("checklist", 5, all_or_nothing=True, items=[{"code": "a"}, {"code": "b"}])
    assert (points(made, a=1), points(made, a=1, b=1)) == (D(0), D(5))


@pytest.mark.parametrize("method", ["judged", "tiers", "linear"])
def test_an_absent_figure_scores_nothing_and_is_missing(method):
    shapes = {"tiers": {"tiers": [{"at_most": 5, "points": 3}]}, "linear": {"zero_at": 10, "full_at": 0}}
    scored = score_criterion(criterion(method, **shapes.get(method, {})), {})
    assert (scored.points, scored.figure, scored.missing) == (D(0), None, True)


@pytest.mark.parametrize(
    ("made", "item", "value"),
    [
        (MONTHLY, "1.1.a", "-1"),
        (FIVE, "1.1.a", "2"),
        (FIVE, "1.1.a", "0.5"),
        (criterion("judged", 4), "1.1", "3.5"),
        (criterion("judged", 4), "1.1", "5"),
        (criterion("judged", 4), "1.1", "-1"),
        (criterion("judged", 4, step=D("0.3")), "1.1", "4"),
    ],
)
def test_a_fact_that_a_criterion_cannot_take(made, item, value):
    with pytest.raises(WrongFact) as refused:
        score_criterion(made, {item: D(value)})
    assert (refused.value.item, refused.value.value) == (item, D(value))


def figure(**keys):
    return criterion("tiers", 10, tiers=[{"at_least": 90, "points": 10}], **keys)


@pytest.mark.parametrize(
    ("made", "item", "right", "wrong"),
    [
        (figure(figure="出席率(%)"), "1.1", ["0", "100", "99.5"], ["-0.1", "100.01", "101"]),
        (figure(figure="出席率（％）"), "1.1", ["100"], ["100.01"]),
        (figure(figure="增幅(%)", least=-100), "1.1", ["-100", "100"], ["-100.1", "100.1"]),
        (figure(figure="负债率(%)", most=300), "1.1", ["0", "300"], ["-1", "300.1"]),
        (figure(figure="万元", least=-10, most=1000), "1.1", ["-10", "1000"], ["-10.1", "1000.1"]),
        (figure(figure="万元"), "1.1", ["-5", "1234567"], []),
        (figure(figure="户", whole=True), "1.1", ["3", "3.0"], ["2.5"]),
        (
            criterion("deduction", items=[{"code": "a", "per": 1, "most": 12, "whole": True}]),
            "1.1.a",
            ["0", "12"],
            ["13", "2.5", "-1"],
        ),
        (criterion("count", items=[{"code": "a", "per": 1, "least": 1}]), "1.1.a", ["1", "1.5"], ["0", "0.5"]),
    ],
)
def test_a_fact_that_cannot_be_true_is_refused(made, item, right, wrong):
    for value in right:
        score_criterion(made, {item: D(value)})
    for value in wrong:
        with pytest.raises(WrongFact):
            score_criterion(made, {item: D(value)})


@pytest.mark.parametrize("keys", [{"least": 3, "most": 2}, {"figure": "率(%)", "least": 101}])
def test_bounds_that_leave_nothing_are_an_error_of_the_scheme(keys):
    body = scheme_body()
    made = body["areas"][0]["criteria"][1]
    assert made["method"] == "tiers"
    made.update(keys)
    with pytest.raises(SchemeRefused) as refused:
        check_scheme(body)
    assert [p.place for p in errors(refused.value.problems)] == ["areas[0].criteria[1].most"]


@pytest.mark.parametrize("key", ["least", "most", "whole"])
def test_only_counts_and_figures_have_bounds(key):
    for method, more in (("judged", {}), ("checklist", {"items": [{"code": "a", "points": 1, key: 1}]})):
        with pytest.raises(ValidationError):
            criterion(method, **({key: True if key == "whole" else 1} if method == "judged" else {}), **more)


def test_every_method_of_the_format_is_there():
    assert sorted(METHODS) == sorted(ALL_METHODS)


@given(st.data())
def test_points_lie_between_nothing_and_the_maximum(data):
    made = data.draw(criteria("1.1", 5))
    facts = {item: D(data.draw(values)) for item, values in fact_values(made)}
    assert 0 <= score_criterion(TypeAdapter(Criterion).validate_python(made), facts).points <= 5


@given(st.data())
def test_more_faults_never_give_more_points(data):
    made = data.draw(criteria("1.1", 5, "deduction"))
    facts = {item: D(data.draw(values)) for item, values in fact_values(made)}
    worse = {item: value + data.draw(st.integers(0, 5)) for item, value in facts.items()}
    spec = TypeAdapter(Criterion).validate_python(made)
    assert score_criterion(spec, worse).points <= score_criterion(spec, facts).points


def variants():
    shape = {"code": "1.1", "name": "收入", "max": 6, "method": "linear", "zero_at": 5}
    area = {
        "code": "1",
        "kind": "base",
        "criteria": [shape | {"full_at": 50, "only": ["平原"]}, shape | {"full_at": 30, "only": ["山区"]}],
    }
    return SchemeSpec.model_validate(
        {"format": "pingxing-scheme/1", "name": "标准", "year": 2026, "unit": "330624", "areas": [area]}
    )


def test_the_variant_follows_the_tags():
    assert score(variants(), ["山区", "示范"], {"1.1": D(20)})["1.1"].points == D("3.60")


@pytest.mark.parametrize(("tags", "fitting"), [(["近城"], 0), (["平原", "山区"], 2)])
def test_exactly_one_variant_must_fit(tags, fitting):
    with pytest.raises(NoSingleVariant) as refused:
        score(variants(), tags, {})
    assert (refused.value.code, refused.value.fitting) == ("1.1", fitting)


def test_a_panel():
    assert mean([D("3"), D("3.5"), D("3.5")]) == D("3.33")
    assert mean([D("1.01"), D("1")]) == D("1.01")
    assert lower_median([D(90), D(80), D(85), D(95)]) == D(85)
    assert lower_median([D(90), D(80), D(85)]) == D(85)
    assert spread([D("3"), D("5.5"), D("4")]) == D("2.5")


@pytest.mark.parametrize(("points", "text"), [("5", "5.00"), ("1.005", "1.01"), ("1.00499", "1.00"), ("0", "0.00")])
def test_points_are_written_with_two_decimals(points, text):
    assert written(D(points)) == text
