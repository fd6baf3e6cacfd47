"""formats §4: every fen of the budget, within the limits, in any order."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from incentives.allocation_rule import OutOfLimits, WeightedClaim, allocate
from tests.incentives.reference_allocation import plain_allocation

codes = st.integers(0, 999).map("330624108{:03d}".format)
weights = st.decimals("0.01", 50, places=2) | st.integers(1, 5).map(Decimal)
limits = st.tuples(st.integers(0, 400), st.none() | st.integers(0, 3000)).map(
    lambda pair: (pair[0], None if pair[1] is None else pair[0] + pair[1])
)
claims = st.lists(
    st.builds(lambda code, weight, limit: WeightedClaim(code, weight, *limit), codes, weights, limits),
    min_size=1,
    max_size=12,
    unique_by=lambda claim: claim.unit,
)
budgets = st.integers(0, 20_000)


def most(claim: WeightedClaim, budget: int) -> int:
    return budget if claim.at_most is None else claim.at_most


def feasible(budget: int, claims: list[WeightedClaim]) -> bool:
    return sum(c.at_least for c in claims) <= budget <= sum(most(c, budget) for c in claims)


@given(budgets, claims)
def test_it_equals_the_plain_reading(budget, claims):
    assume(feasible(budget, claims))
    plain = [(c.unit, Fraction(c.weight), c.at_least, most(c, budget)) for c in claims]
    assert allocate(budget, claims) == plain_allocation(budget, plain)


@given(budgets, claims)
def test_every_fen_is_given_within_the_limits(budget, claims):
    assume(feasible(budget, claims))
    amounts = allocate(budget, claims)
    assert sum(amounts.values()) == budget
    assert all(claim.at_least <= amounts[claim.unit] <= most(claim, budget) for claim in claims)


@given(budgets, claims, st.randoms())
def test_the_order_of_claims_does_not_matter(budget, claims, random):
    assume(feasible(budget, claims))
    assert allocate(budget, random.sample(claims, len(claims))) == allocate(budget, claims)


@given(budgets, claims, weights)
def test_more_weight_never_gets_less(budget, claims, more):
    assume(feasible(budget, claims))
    first, *others = claims
    heavier = WeightedClaim(first.unit, first.weight + more, first.at_least, first.at_most)
    assert allocate(budget, [heavier, *others])[first.unit] >= allocate(budget, claims)[first.unit]


@given(budgets, claims)
def test_limits_that_cannot_be_met_say_by_how_much(budget, claims):
    assume(not feasible(budget, claims))
    with pytest.raises(OutOfLimits) as refused:
        allocate(budget, claims)
    least, greatest = sum(c.at_least for c in claims), sum(most(c, budget) for c in claims)
    if least > budget:
        assert (refused.value.excess, refused.value.shortfall) == (least - budget, 0)
    else:
        assert (refused.value.excess, refused.value.shortfall) == (0, budget - greatest)


def test_ties_go_by_division_code():
    claims = [WeightedClaim(code, Decimal(1)) for code in ("330624108203", "330624108201", "330624108202")]
    assert allocate(100, claims) == {"330624108201": 34, "330624108202": 33, "330624108203": 33}


def test_nobody_claims_nothing():
    assert allocate(0, []) == {}


@pytest.mark.parametrize(
    "wrong", [{"weight": Decimal(0)}, {"at_least": -1}, {"at_least": 2, "at_most": 1}], ids=["weight", "lo", "hi"]
)
def test_a_claim_must_make_sense(wrong):
    with pytest.raises(ValueError, match="weight must be above 0"):
        WeightedClaim(**{"unit": "1", "weight": Decimal(1)} | wrong)
