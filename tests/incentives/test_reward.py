"""formats §4: table × coefficient, half up; what is clawed back when the star falls inside the period."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.money import fen, yuan
from incentives.reward_table import Band, Held, NoBand, clawback, due, reward

TABLE = {
    5: [Band(0, 1000, 30_000_00), Band(1000, None, 50_000_00)],
    4: [Band(0, 1000, 10_000_01), Band(1000, None, 20_000_00)],
    0: [Band(0, None, 0)],
}
ONE = Decimal(1)


@pytest.mark.parametrize(
    ("figure", "amount"), [(0, 30_000_00), (999, 30_000_00), (1000, 50_000_00), (9_999_999, 50_000_00)]
)
def test_bands_are_half_open(figure, amount):
    assert reward(TABLE, 5, figure, ONE) == amount


@pytest.mark.parametrize(("coefficient", "amount"), [("0.5", 5_000_01), ("1.25", 12_500_01), ("1", 10_000_01)])
def test_a_reward_is_rounded_half_up_to_the_fen(coefficient, amount):
    assert reward(TABLE, 4, 10, Decimal(coefficient)) == amount


@pytest.mark.parametrize(("star", "figure"), [(3, 10), (5, -1)])
def test_no_band_is_never_zero(star, figure):
    with pytest.raises(NoBand):
        reward(TABLE, star, figure, ONE)


def test_the_difference_to_the_lower_star_comes_back():
    assert clawback(30_000_00, due("difference", TABLE, 10, ONE, [], 4)) == 19_999_99


def test_pro_rata_takes_the_mean_of_the_days():
    held = [Held(5, 100), Held(4, 265)]
    mean = Fraction(100 * 30_000_00 + 265 * 10_000_01, 365)
    assert due("pro_rata", TABLE, 10, ONE, held, 4) == mean
    assert clawback(30_000_00, mean) == 14_520_54  # 14,520.5407…


@given(st.integers(0, 10**9), st.fractions(0, 10**9))
def test_what_comes_back_lies_between_nothing_and_all(paid, granted):
    back = clawback(paid, granted)
    assert 0 <= back <= paid
    assert back == max(0, int(paid - granted + Fraction(1, 2)))


@given(st.lists(st.tuples(st.sampled_from([0, 4, 5]), st.integers(1, 400)), min_size=1), st.integers(0, 3000))
def test_the_mean_lies_between_the_least_and_the_most(spells, figure):
    held = [Held(star, days) for star, days in spells]
    worth = [reward(TABLE, part.star, figure, ONE) for part in held]
    assert min(worth) <= due("pro_rata", TABLE, figure, ONE, held, 0) <= max(worth)


def test_a_gap_in_the_table_names_star_and_figure():
    with pytest.raises(NoBand, match="^'?no band for star 4 and figure 7'?$") as gap:
        reward({4: [Band(first=10, after=None, amount=100)]}, 4, 7, Decimal(1))
    assert (gap.value.star, gap.value.figure) == (4, 7)


@pytest.mark.parametrize(("amount", "in_fen"), [("0", 0), ("0.01", 1), ("12.30", 1230), ("-1", -100)])
def test_yuan_and_fen_are_the_same_money(amount, in_fen):
    assert (fen(Decimal(amount)), yuan(in_fen)) == (in_fen, Decimal(amount))


def test_no_part_of_a_fen_is_money():
    with pytest.raises(ValueError, match=r"^0\.015 has fractions of a fen$"):
        fen(Decimal("0.015"))
