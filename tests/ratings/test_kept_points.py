"""What is kept of points, side by side and summed up, follows them whatever is written, and is checked."""

from decimal import Decimal

import pytest
from django.db import connection

from ratings.integrity.kept_points_integrity import KEPT_POINTS
from ratings.models import Points, SelfAndPanel, StagePoints
from records.integrity import Fault
from tests.concurrency import while_it_waits
from tests.factories import ApplicationFactory, CycleFactory, PointsFactory, SchemeFactory, at, judged_by_both
from tests.scheme_body import scheme_body

pytestmark = pytest.mark.django_db


def kept() -> tuple[list, list]:
    assert list(KEPT_POINTS.faults()) == []
    side_by_side = StagePoints.objects.order_by("stage").values_list("stage", "criteria", "points")
    return list(side_by_side), list(SelfAndPanel.objects.values_list("own", "panel"))


def test_what_is_kept_follows_the_points():
    application = ApplicationFactory()
    judged_by_both(application, 9, 7)
    assert kept() == ([("township", ["1.1"], [7])], [(9, 7)])
    PointsFactory(application=application, stage="township", criterion="1.2", points=Decimal("3.25"))
    PointsFactory(application=application, stage="appeal", points=8)
    stages = [("appeal", ["1.1"], [8]), ("township", ["1.1", "1.2"], [7, Decimal("3.25")])]
    assert kept() == (stages, [(9, 8)])
    Points.objects.filter(stage="appeal").delete()
    Points.objects.filter(stage="self").update(points=6)
    assert kept() == (stages[1:], [(6, 7)])
    other = ApplicationFactory(unit__code="330624108202", cycle=application.cycle)
    Points.objects.filter(stage="self").update(application=other)
    assert kept() == (stages[1:], [])
    Points.objects.all().delete()
    assert kept() == ([], [])


def test_penalties_are_those_of_the_scheme_by_which_the_cycle_goes():
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body()))
    application = ApplicationFactory(cycle=cycle)
    judged_by_both(application, 9, 7)
    for stage in ("self", "township"):
        PointsFactory(application=application, stage=stage, criterion="1.2", points=5)
    assert kept()[1] == [(14, 12)]
    areas = scheme_body()["areas"]
    penalty = next(area for area in areas if area["kind"] == "penalty")
    penalty["criteria"].append(next(one for one in areas[0]["criteria"] if one["code"] == "1.2"))
    cycle.scheme = SchemeFactory(version=2, issued_at=at(2026, 2, 1), body=scheme_body(areas=areas))
    cycle.save()
    assert kept()[1] == [(9, 7)]
    PointsFactory(application=application, stage="county", points=8)
    assert kept()[1] == [(9, 8)]


@pytest.mark.parametrize(
    ("statement", "row", "said"),
    [
        ("update ratings_stagepoints set points = '{8}'", "ratings_stagepoints {} township", ("1.1 7", "1.1 8")),
        ("delete from ratings_stagepoints", "ratings_stagepoints {} township", ("1.1 7", "nothing")),
        (
            "insert into ratings_stagepoints (application_id, stage, criteria, points) "
            "select application_id, 'county', criteria, points from ratings_stagepoints",
            "ratings_stagepoints {} county",
            ("nothing", "1.1 7"),
        ),
        ("update ratings_selfandpanel set own = 7", "ratings_selfandpanel {}", ("9 / 7", "7 / 7")),
    ],
)
def test_what_does_not_follow_is_found(statement, row, said):
    application = ApplicationFactory()
    judged_by_both(application, 9, 7)
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert list(KEPT_POINTS.faults()) == [Fault(row.format(application.pk), *said)]


@pytest.mark.django_db(transaction=True)
def test_two_who_write_at_once_miss_nothing():
    application = ApplicationFactory()
    writers = [
        lambda stage=stage, points=points: PointsFactory(application=application, stage=stage, points=points)
        for stage, points in (("self", 9), ("township", 7))
    ]
    while_it_waits(*writers)
    assert kept() == ([("township", ["1.1"], [7])], [(9, 7)])
