"""Points → the maximum star, over stored points: one application and many by the same query (formats §1)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.utils import timezone

from ratings.allowance.allowed_star import Short, allowed, applications, store
from ratings.models import Application, Stage
from tests.factories import (
    TOWNSHIP,
    ApplicationFactory,
    CycleFactory,
    PointsFactory,
    SchemeFactory,
    UnitFactory,
    VetoFactory,
    scheme_body,
)

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 24)


def cycle(version=1, **changes):
    return CycleFactory(scheme=SchemeFactory(version=version, body=scheme_body(**changes)))


def applied(cycle, village, points, stage=Stage.TOWNSHIP):
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}{village}"))
    for criterion, figure in points.items():
        PointsFactory(application=application, stage=stage, criterion=criterion, points=D(figure))
    return application


FULL = {"1.1": "10", "1.2": "10", "2.1": "10", "2.2": "10"}
WEAK_AREA = {"1.1": "7", "1.2": "8", "2.1": "10", "2.2": "10", "B.1": "4"}


def of(*chosen, stage=Stage.TOWNSHIP, day=DAY):
    return allowed(applications(Application.objects.filter(pk__in=[one.pk for one in chosen]), stage, day))


def test_total_areas_star_and_what_is_short():
    (found,) = of(applied(cycle(), 201, WEAK_AREA))
    assert found.areas == {"1": D(15), "2": D(20), "B": D(3), "D": D(0)}
    assert (found.total, found.star, found.rank, found.barred) == (D(38), 4, 1, ())
    assert found.short == (Short(5, "areas.1", D(15), D(16)),)


def test_points_of_another_stage_do_not_count():
    application = applied(cycle(), 201, FULL)
    PointsFactory(application=application, stage=Stage.COUNTY, criterion="1.1", points=D(8))
    assert [found.total for found in of(application, stage=Stage.COUNTY)] == [D(8)]


def test_what_is_not_scored_counts_nothing_and_no_total_is_negative():
    line = [{"star": 1, "total": 0, "criteria": {"1.1": 0}, "areas": {"2": D("0.5")}}]
    (found,) = of(applied(cycle(stars=line), 201, {"D.1": "4"}))
    assert (found.total, found.star) == (D(0), 0)
    assert found.short == (Short(1, "areas.2", D(0), D(10)),)


def test_a_veto_bars_its_stars_while_it_is_in_force():
    application = applied(cycle(), 201, FULL)
    VetoFactory(unit=application.unit, code="V1", on=date(2024, 11, 25))
    (found,) = of(application)
    assert (found.star, found.barred) == (3, ("V1",))
    assert found.short == (Short(5, "bar.V1", None, None), Short(4, "bar.V1", None, None))
    days = [date(year, 11, day) for year in (2024, 2026) for day in (24, 25)]
    assert [found.star for day in days for found in of(application, day=day)] == [5, 3, 3, 5]


TOP = [{"star": 5, "total": 30, "top": D("0.5")}, {"star": 4, "total": 20}]


def test_a_star_for_the_top_stays_undecided_until_scoring_is_closed():
    its = cycle(stars=TOP)
    best, second = applied(its, 201, FULL), applied(its, 202, WEAK_AREA)
    found = of(best, second)
    assert [one.star for one in found] == [4, 4]
    assert [one.short for one in found] == [(Short(5, "top", D(1), None),), (Short(5, "top", D(2), None),)]
    its.scoring_closed_at = timezone.now()
    its.save()
    assert [one.star for one in of(best, second)] == [5, 4]


def test_the_share_is_of_all_rated_units_even_those_that_did_not_apply():
    its = cycle(stars=TOP)
    its.scoring_closed_at = timezone.now()
    its.save()
    best, second = applied(its, 201, FULL), applied(its, 202, WEAK_AREA)
    for village in (203, 204, 401):
        UnitFactory(code=f"{TOWNSHIP}{village}")
    assert [one.star for one in of(best, second)] == [5, 5]


def test_one_application_is_ranked_among_the_stored_totals_of_its_cycle():
    its = cycle()
    others = [applied(its, 201, FULL), applied(its, 202, WEAK_AREA)]
    applied(cycle(version=2), 203, FULL)
    store(Application.objects.all(), Stage.TOWNSHIP, DAY)
    last = applied(its, 204, {"1.1": "9"})
    assert [one.rank for one in of(last)] == [3]
    assert [one.rank for one in of(*others, last)] == [1, 2, 3]


def test_store_writes_totals_and_stars_and_says_how_many_changed():
    its = cycle()
    first, _second = applied(its, 201, FULL), applied(its, 202, WEAK_AREA)
    PointsFactory(application=first, stage=Stage.SELF, criterion="1.1", points=D("9.125"))
    chosen = Application.objects.filter(cycle=its)
    assert [store(chosen, Stage.TOWNSHIP, DAY), store(chosen, Stage.TOWNSHIP, DAY)] == [2, 0]
    store(chosen.filter(pk=first.pk), Stage.SELF, DAY)
    rows = list(chosen.order_by("pk").values_list("panel_total", "panel_star", "self_total", "self_star"))
    assert rows == [(D("40.00"), 5, D("9.13"), 1), (D("38.00"), 4, None, None)]


def test_the_statement_is_one_however_many_there_are(django_assert_num_queries):
    its = cycle()
    many = [applied(its, village, FULL) for village in range(201, 206)]
    with django_assert_num_queries(1):
        assert len(of(*many)) == 5


def test_a_criterion_belongs_to_its_area_however_many_stand_before_it():
    """The place of a criterion in its area is no part of the area's number."""
    many = [{"code": f"1.{n}", "name": "指标", "max": 1, "method": "judged"} for n in range(1, 10_003)]
    areas = [
        {"code": "1", "name": "甲", "kind": "base", "criteria": many},
        {"code": "2", "name": "乙", "kind": "base", "criteria": [many[0] | {"code": "2.1"}]},
    ]
    stars = [{"star": 2, "total": 1, "criteria": {"1.10002": 1}}, {"star": 1, "total": 0}]
    (found,) = of(applied(cycle(areas=areas, stars=stars), 201, {"1.10002": "1"}))
    assert (found.areas, found.star) == ({"1": D(1), "2": D(0)}, 2)
