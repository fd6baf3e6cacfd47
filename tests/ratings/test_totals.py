"""The running total beside a form (formats §1, "Total"): pure."""

from decimal import Decimal as D

from ratings.scheme.spec import SchemeSpec
from ratings.scoring.totals import area_points, full_marks, running_total
from tests.factories import scheme_body

SPEC = SchemeSpec.model_validate(scheme_body())


def test_bonus_is_capped_and_penalties_are_taken_off():
    points = {"1.1": D(9), "1.2": D(8), "2.1": D(10), "2.2": D("7.5"), "B.1": D(4), "D.1": D(2)}
    assert running_total(SPEC, points) == D("35.5")
    assert [area_points(area, points) for area in SPEC.areas] == [D(17), D("17.5"), D(3), D(2)]


def test_what_is_not_scored_yet_counts_nothing_and_no_total_is_negative():
    assert running_total(SPEC, {"1.1": D(9)}) == D(9)
    assert running_total(SPEC, {"D.1": D(4)}) == D(0)


def test_full_marks_are_those_of_the_base_areas():
    assert full_marks(SPEC) == D(40)
