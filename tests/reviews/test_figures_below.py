"""What is computed on score sheets (figures from below, a county's mean): there for all reviewers, typed by nobody."""

from decimal import Decimal

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Points, Stage
from records.refusals import Incomplete
from reviews.models import Sheet, SheetEntry
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import panels, sheets
from tests.clients import api_of
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.ratings.test_figures_below import VILLAGES, below, township_body, township_cycle

pytestmark = pytest.mark.django_db


@pytest.fixture
def seats():
    """The two sheets of the county's panel for a township, each with its reviewer."""
    cycle = township_cycle()
    DecisionFactory(unit_id=VILLAGES[0], unit=None, star=4)
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _ in range(2)]
    office = person(Role.COUNTY_OFFICE, COUNTY)
    ApplicationFactory(cycle=cycle, unit=UnitFactory(code=TOWNSHIP), state="county_review")
    panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=office)
    return [(Sheet.objects.get(reviewer=reviewer), reviewer) for reviewer in reviewers]


def test_it_is_computed_when_the_panel_has_finished(seats):
    for number, (sheet, reviewer) in enumerate(seats):
        sheets.save(sheet, {"2.1.a": ScoreEntry(Decimal(1))}, by=reviewer)
        sheets.hand_in(sheet, by=reviewer)
        if not number:  # a star that counts on the last day for facts, after one reviewer has handed in
            DecisionFactory(unit_id=VILLAGES[1], unit=None, star=5)
    points = dict(Points.objects.filter(stage=Stage.COUNTY).values_list("criterion", "points"))
    assert points == {"1.1": Decimal("2.86"), "1.2": Decimal(0), "1.3": Decimal(10), "2.1": Decimal(9)}
    assert set(SheetEntry.objects.filter(item="1.1").values_list("value", flat=True)) == {Decimal("28.5714285714")}
    assert Points.objects.get(stage=Stage.COUNTY, criterion="1.1").figure == Decimal("28.5714285714")


def test_a_variant_that_reviewers_judge_keeps_their_points():
    """Of two variants of one code only the other is computed: the unit's own answer is not the reviewers'."""
    judged = {"code": "1.1", "name": "印象", "max": 10, "method": "judged", "only": ["平原"]}
    body = township_body([judged, below("1.1", "below:mean_points", only=["山区"])])
    unit = UnitFactory(code=TOWNSHIP, rated=True, tags=["平原"])
    cycle = CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY), rates="township", body=body))
    application = ApplicationFactory(cycle=cycle, unit=unit, state="county_review")
    AnswerFactory(application=application, item="1.1", value=Decimal(9))
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _ in range(2)]
    panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=person(Role.COUNTY_OFFICE, COUNTY))
    for reviewer, points in zip(reviewers, (2, 5), strict=True):
        sheet = Sheet.objects.get(reviewer=reviewer)
        entries = {"1.1": ScoreEntry(Decimal(points), "走访"), "2.1.a": ScoreEntry(Decimal(0), "")}
        sheets.save(sheet, entries, by=reviewer)
        sheets.hand_in(sheet, by=reviewer)
    assert Points.objects.get(stage=Stage.COUNTY, criterion="1.1").points == Decimal("3.5")


def test_no_door_takes_it_typed(seats, client):
    sheet, reviewer = seats[0]
    with pytest.raises(Incomplete):
        sheets.save(sheet, {"1.1": ScoreEntry(Decimal(99))}, by=reviewer)
    api = api_of(reviewer)
    typed = {"answers": [{"item": "v.1.1", "typed": "99"}]}
    assert api.post(reverse("api-sheet-typed", args=[sheet.pk]), typed, format="json").status_code == 400
    client.force_login(reviewer)
    page = reverse("review_sheet", args=[sheet.pk])
    assert client.get(page).context["progress"] == {"scored": 3, "of": 4, "left": 1, "total": 0, "most": 40}
    client.post(page, {"v.1.1": "99", "v.2.1.a": "0", "why.2.1": "", "seen:2.1": ""})
    assert list(SheetEntry.objects.values_list("item", flat=True)) == ["2.1.a"]


def test_the_page_names_the_villages_behind_it(seats, client):
    application = seats[0][0].application
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    figures = client.get(reverse("application_below", args=[application.pk])).context["figures"]
    assert [(one.criterion.code, one.figure, one.now) for one in figures] == [
        ("1.1", "—", "14.2857142857"),
        ("1.2", "—", "0"),
        ("1.3", "—", "100"),
    ]
    behind = [(village.code, village.star, village.adds) for village in figures[0].villages]
    assert behind == [
        (code, 4 if code == VILLAGES[0] else 0, "100" if code == VILLAGES[0] else "0") for code in VILLAGES
    ]


def test_the_county_s_mean_is_that_of_what_is_reported_when_the_panel_has_finished(client):
    """What a department gives counts at once, what a village types once it is sent."""
    criterion = {"code": "1.1", "name": "收入", "max": 10, "method": "linear", "zero_at": 0, "full_at": 100}
    relative = [
        criterion | {"to_mean": True},
        criterion | {"code": "1.2", "supplier": "department:财政局", "to_mean": True},
    ]
    area = {"code": "1", "name": "面", "kind": "base", "criteria": relative}
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(areas=[area], stars=[], vetoes=[])))
    states = ["county_review", "submitted", "draft"]
    units = [UnitFactory(code=code) for code in VILLAGES[:3]]
    rated = [ApplicationFactory(cycle=cycle, unit=unit, state=s) for unit, s in zip(units, states, strict=True)]
    for application, value in zip(rated, (10, 30, 80), strict=True):
        AnswerFactory(application=application, item="1.1", typed=str(value), value=value)
        AnswerFactory(application=application, item="1.2", typed=str(value), value=value, source="department:财政局")
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _ in range(2)]
    panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=person(Role.COUNTY_OFFICE, COUNTY))
    for reviewer in reviewers:
        sheet = Sheet.objects.get(reviewer=reviewer)
        with pytest.raises(Incomplete):
            sheets.save(sheet, {"1.1.mean": ScoreEntry(Decimal(1))}, by=reviewer)
        typed = {item: ScoreEntry(Decimal(10)) for item in ("1.1", "1.2")}
        sheets.save(sheet, typed, by=reviewer)
        sheets.hand_in(sheet, by=reviewer)
    points = Points.objects.filter(stage=Stage.COUNTY).order_by("criterion").values_list("figure", "points")
    assert list(points) == [(Decimal(50), Decimal(5)), (Decimal(25), Decimal("2.5"))]
    client.force_login(reviewer)
    assert "全县平均数目前是20" in client.get(reverse("review_sheet", args=[sheet.pk])).content.decode()
