"""A panel's points from its reviewers' (formats §1): pure."""

from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st

from ratings.scoring.methods import Scored
from reviews.panels.joint_points import Joint, join, to_settle

POINTS = st.decimals(min_value=0, max_value=100, places=4)


def test_the_mean_is_rounded_half_up():
    assert join([{"1": Scored(D("2.00"))}, {"1": Scored(D("3.00"))}, {"1": Scored(D("3.00"))}]) == {
        "1": Joint(D("2.67"), None, D("1.00"))
    }
    assert join([{"1": Scored(D("0.01"))}, {"1": Scored(D("0.02"))}])["1"].points == D("0.02")


def test_the_figure_is_the_lower_median_of_those_given():
    sheets = [
        {"1": Scored(D(8), figure=D(91))},
        {"1": Scored(D(10), figure=D(96))},
        {"1": Scored(D(0), missing=True)},
    ]
    assert join(sheets)["1"].figure == D(91)


def test_only_a_spread_above_the_tolerance_must_be_settled():
    joint = {"1": Joint(D(5), None, D("2.00")), "2": Joint(D(5), None, D("2.01"))}
    assert to_settle(joint, D(2)) == ["2"]
    assert to_settle(joint, None) == []
    assert to_settle(joint, D(0)) == ["1", "2"]


@given(st.lists(POINTS, min_size=1, max_size=6))
def test_a_joint_figure_lies_among_its_reviewers_whoever_comes_first(points):
    forwards = join([{"c": Scored(p, figure=p)} for p in points])["c"]
    backwards = join([{"c": Scored(p, figure=p)} for p in reversed(points)])["c"]
    assert forwards == backwards
    assert min(points) - D("0.005") <= forwards.points <= max(points) + D("0.005")
    assert forwards.figure in points
    assert forwards.spread == max(points) - min(points)
