"""Figures of departments: who supplies which, for whom, until when."""

from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application, Stage
from ratings.workflow.supply import asked_of, supply
from records.refusals import NotAllowed, WrongState
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AnswerFactory,
    ApplicationFactory,
    UnitFactory,
    person,
)
from tests.ratings.supplying import of, supplied_cycle

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


@pytest.fixture
def cycle():
    return supplied_cycle()


def test_a_department_supplies_a_figure_before_the_village_begins(cycle):
    filler, clerk = person(Role.FILLER, VILLAGE), of("民政局")
    kept = supply(cycle, "1.2", {(VILLAGE, "1.2"): "96.5"}, by=clerk)
    answer = Application.objects.get().answers.get()
    assert (answer.value, answer.source, answer.by) == (D("96.5"), "department:民政局", clerk)
    assert kept[VILLAGE, "1.2"].problem == ""
    assert list(Notice.objects.values_list("user", "kind", "params__count")) == [(filler.pk, "figures_supplied", 1)]


def test_a_wrong_figure_is_kept_with_its_problem(cycle):
    kept = supply(cycle, "1.2", {(VILLAGE, "1.2"): "很高"}, by=of("民政局"))
    assert kept[VILLAGE, "1.2"].problem != ""
    assert Application.objects.get().answers.values_list("typed", "value").get() == ("很高", None)


def test_the_discipline_commission_supplies_its_own_figures(client):
    cycle, discipline = supplied_cycle(supplier="department:纪委监委"), person(Role.DISCIPLINE, COUNTY)
    assert [row.criterion.code for row in asked_of(discipline)] == ["1.2"]
    client.force_login(discipline)
    url = reverse("supply_figures", args=[cycle.pk]) + "?criterion=1.2"
    assert client.post(url, {f"{VILLAGE}:1.2": "96"}).url == reverse("supply")
    answer = Application.objects.get().answers.get()
    assert (answer.value, answer.source) == (D(96), "department:纪委监委")
    with pytest.raises(NotAllowed):
        supply(cycle, "1.2", {(VILLAGE, "1.2"): "97"}, by=person(Role.DISCIPLINE, "330681"))


@pytest.mark.parametrize(("department", "code"), [("公安局", COUNTY), ("民政局", "330681"), ("", COUNTY)])
def test_others_do_not_supply_it(cycle, department, code):
    with pytest.raises(NotAllowed):
        supply(cycle, "1.2", {(VILLAGE, "1.2"): "96"}, by=of(department, code))


def test_what_the_village_answers_is_not_a_departments(cycle):
    with pytest.raises(NotAllowed):
        supply(cycle, "1.1", {(VILLAGE, "1.1.a"): "1"}, by=of("民政局"))
    for unit, item in [(VILLAGE, "1.1.a"), ("330681001218", "1.2"), (f"{TOWNSHIP}001", "1.2")]:
        with pytest.raises(WrongState):
            supply(cycle, "1.2", {(unit, item): "1"}, by=of("民政局"))
    assert not Application.objects.exists()


def test_points_of_what_is_submitted_follow_the_figure(cycle):
    application = ApplicationFactory(cycle=cycle, state="submitted")
    supply(cycle, "1.2", {(VILLAGE, "1.2"): "96"}, by=of("民政局"))
    assert application.points.get(stage=Stage.SELF, criterion="1.2").points == 10
    application.refresh_from_db()
    assert application.self_total == 10


@pytest.mark.parametrize("state", ["township_review", "county_review", "decided", "confirmed"])
def test_under_review_figures_stay(cycle, state):
    ApplicationFactory(cycle=cycle, state=state)
    with pytest.raises(WrongState):
        supply(cycle, "1.2", {(VILLAGE, "1.2"): "96"}, by=of("民政局"))


def test_the_page_keeps_what_is_typed_and_counts_what_is_missing(client, cycle):
    clerk = of("民政局")
    assert [(row.criterion.code, row.given, row.missing) for row in asked_of(clerk)] == [("1.2", 0, 1)]
    client.force_login(clerk)
    assert client.get(reverse("supply")).status_code == 200
    url = reverse("supply_figures", args=[cycle.pk]) + "?criterion=1.2"
    wrong = client.post(url, {f"{VILLAGE}:1.2": "96%"})
    field = wrong.context["rows"][0]["fields"][0]
    assert (field["value"], field["problem"] != "") == ("96%", True)
    assert client.post(url, {f"{VILLAGE}:1.2": "96"}).url == reverse("supply")
    assert [(row.given, row.missing) for row in asked_of(clerk)] == [(1, 0)]


def test_the_page_is_the_departments_alone(client, cycle):
    url = reverse("supply_figures", args=[cycle.pk]) + "?criterion=1.2"
    for user in [
        of("公安局"),
        of("民政局", "330681"),
        person(Role.FILLER, VILLAGE),
        person(Role.COUNTY_OFFICE, COUNTY),
    ]:
        client.force_login(user)
        assert client.get(url).status_code == client.post(url, {f"{VILLAGE}:1.2": "1"}).status_code == 404


# Far from last year's, or from other villages'.


@pytest.fixture
def grants(cycle):
    return supplied_cycle(2027, figure="补助(万元)")


def others(cycle, *figures):
    for place, figure in enumerate(figures, start=301):
        other = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=f"{TOWNSHIP}{place}"))
        AnswerFactory(application=other, item="1.2", typed=figure, value=D(figure), source="department:民政局")


def field_of(answer):
    return next(row["fields"][0] for row in answer.context["rows"] if row["unit"].code == VILLAGE)


def test_a_figure_far_from_other_villages_is_asked_about_once_and_kept_all_the_same(client, grants):
    others(grants, "17", "50", "23")
    client.force_login(of("民政局"))
    url = reverse("supply_figures", args=[grants.pk]) + "?criterion=1.2"
    asked = client.post(url, {f"{VILLAGE}:1.2": "1234567", f"was:{VILLAGE}:1.2": ""})
    assert field_of(asked)["odd"].words == "其他单位在17至50之间，没有填错吧？"
    kept = Application.objects.get(unit=VILLAGE).answers
    assert kept.values_list("value", "sure").get() == (D(1234567), False)
    again = {f"{VILLAGE}:1.2": "1234567", f"was:{VILLAGE}:1.2": "1234567"}
    assert client.post(url, again).url == reverse("supply")
    assert client.post(url, again | {"sure": f"{VILLAGE}:1.2"}).url == reverse("supply")
    assert (kept.get().sure, field_of(client.get(url))["sure"]) == (True, True)
    assert Notice.objects.filter(kind="figures_supplied").count() == 0  # nobody holds a post there; nothing was sent


def test_last_years_figure_counts_before_other_villages(client, cycle, grants):
    others(grants, "17", "50", "23")
    AnswerFactory(
        application=ApplicationFactory(cycle=cycle), item="1.2", typed="90", value=D(90), source="department:民政局"
    )
    client.force_login(of("民政局"))
    url = reverse("supply_figures", args=[grants.pk]) + "?criterion=1.2"
    assert client.post(url, {f"{VILLAGE}:1.2": "95"}).url == reverse("supply")
    asked = client.post(url, {f"{VILLAGE}:1.2": "9.5"})
    assert field_of(asked)["odd"].words == "上年是今年的9.5倍，没有填错吧？"
