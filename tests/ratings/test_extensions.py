"""Extensions for one village: it sees its own deadline everywhere, and an extension is later than the current one."""

from datetime import date, datetime

import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.todo_list import todos_of
from ratings.models.cycle import CycleStep
from ratings.workflow import cycle as workflow
from records.refusals import Incomplete
from reports.dashboard import board
from reports.warnings import findings
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, at, person

pytestmark = pytest.mark.django_db
MORE = "2026年12月12日24时（还剩15天）"


@pytest.fixture(autouse=True)
def _november(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time("2026-11-27T02:00:00Z"):
        yield


@pytest.fixture
def cycle(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, VILLAGE, f"{TOWNSHIP}205"):
        UnitFactory(code=code)
    cycle = CycleFactory()
    cycle.windows.filter(step="apply").update(closes=at(2026, 12, 9))
    return cycle


def text(client, url):
    return " ".join(client.get(url, headers={"accept-language": "zh-hans"}).content.decode().split())


def extend(cycle, closes=None):
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    workflow.reopen(cycle, UnitFactory(code=VILLAGE), closes=closes or at(2026, 12, 13), reason="停电", by=office)
    return office


def test_the_village_sees_its_own_deadline_and_the_neighbour_the_others(client, cycle):
    filler, neighbour = person(Role.FILLER, VILLAGE), person(Role.FILLER, f"{TOWNSHIP}205")
    extend(cycle)
    client.force_login(filler)
    assert MORE in text(client, reverse("apply"))
    assert [todo.days_left for todo in todos_of(filler)] == [15]
    client.force_login(neighbour)
    assert "2026年12月8日24时（还剩11天）" in text(client, reverse("apply"))
    assert [todo.days_left for todo in todos_of(neighbour)] == [11]


def test_so_it_does_in_its_form_and_when_the_others_time_is_over(client, cycle):
    filler = person(Role.FILLER, VILLAGE)
    extend(cycle)
    with freeze_time("2026-12-10T02:00:00Z"):
        assert [str(todo.url) for todo in todos_of(filler)] == [reverse("apply")]
        client.force_login(filler)
        assert reverse("application_begin", args=[cycle.pk, VILLAGE]) in text(client, reverse("apply"))
        late = [one.unit for one in findings(at(2026, 12, 10, 10), COUNTY) if one.rule == "W1"]
        assert late == [f"{TOWNSHIP}205"]
    application = ApplicationFactory(cycle=cycle, unit_id=VILLAGE, state="draft")
    assert [todo.days_left for todo in todos_of(filler)] == [15]
    assert MORE in text(client, reverse("application_form", args=[application.pk]))


@pytest.mark.parametrize("closes", [at(2026, 12, 5), at(2026, 12, 9)])
def test_an_extension_is_later_than_what_stands(client, cycle, closes):
    with pytest.raises(Incomplete):
        extend(cycle, closes)
    office = extend(cycle)
    with pytest.raises(Incomplete):
        workflow.reopen(cycle, UnitFactory(code=VILLAGE), closes=at(2026, 12, 12), reason="停电", by=office)
    client.force_login(office)
    page = client.get(reverse("application_reopen", args=[cycle.pk, VILLAGE]))
    assert page.context["form"].initial["closes"] == date(2026, 12, 16)
    assert cycle.extensions.get(unit=VILLAGE, step=CycleStep.APPLY).closes == at(2026, 12, 13)


def test_after_the_closing_no_deadline_is_said(client, cycle):
    filler = person(Role.FILLER, VILLAGE)
    application = ApplicationFactory(cycle=cycle, unit_id=VILLAGE, state="draft")
    client.force_login(filler)
    url = reverse("application_form", args=[application.pk])
    said = "2026年12月8日24时"
    assert said in text(client, url)
    assert {stage.remaining for stage in board(cycle.unit, at(2026, 11, 27, 10)).pipe if stage.closes} != {""}
    cycle.state, cycle.closed_at = "closed", at(2026, 11, 27)
    cycle.save()
    assert said not in text(client, url)
    assert said not in text(client, reverse("apply"))
    assert [stage.remaining for stage in board(cycle.unit, at(2026, 11, 27, 10)).pipe if stage.remaining] == []


def test_villages_still_in_review_stay_among_the_warnings_after_the_closing(cycle):
    ApplicationFactory(cycle=cycle, unit_id=VILLAGE, state="submitted")
    now = at(2027, 1, 10)

    def waiting():
        return [one.unit for one in findings(now, COUNTY) if one.rule == "W3"]

    assert waiting() == [VILLAGE]
    cycle.state, cycle.closed_at = "closed", now
    cycle.save()
    assert waiting() == [VILLAGE]


def test_more_time_is_counted_in_working_days_and_given_as_it_was_shown(client, cycle):
    township, county = person(Role.TOWNSHIP_OFFICE, TOWNSHIP), person(Role.COUNTY_OFFICE, COUNTY)
    review = {"step": "township_review", "unit": VILLAGE, "reason": "停电"}
    pages = [
        (township, reverse("application_reopen", args=[cycle.pk, VILLAGE]), {"reason": "停电"}),
        (county, reverse("cycle_extend", args=[cycle.pk]), review),
    ]
    cycle.windows.filter(step="township_review").update(closes=at(2026, 12, 9))
    for office, url, typed in pages:
        client.force_login(office)
        counted = client.post(url, typed | {"days": "5", "closes": "", "reason": "", "count": "1"})
        form = counted.context["form"]
        assert (counted.status_code, form["closes"].value(), form.errors) == (200, date(2026, 12, 15), {})
        assert client.post(url, typed | {"days": "0", "count": "1"}).status_code == 400
        key = {"key": counted.context["key"]} if "key" in counted.context else {}
        assert client.post(url, typed | key | {"days": "6", "closes": "2026-12-15"}).status_code == 400
        assert cycle.extensions.filter(step=typed.get("step", "apply")).count() == 0
        assert client.post(url, typed | key | {"days": "5", "closes": "2026-12-15"}).status_code == 302
        assert cycle.extensions.get(step=typed.get("step", "apply")).closes == at(2026, 12, 16)


def test_the_times_of_a_year_are_counted_on_its_page(client, cycle):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    url = reverse("cycle", args=[cycle.pk])
    page = client.get(url).context
    shown = {name: page["form"][name].value() for name in page["form"].fields}
    typed = {name: value.strftime("%Y-%m-%dT%H:%M") for name, value in shown.items() if hasattr(value, "strftime")}
    before = list(cycle.windows.order_by("pk").values_list("closes", flat=True))
    counting = typed | {"apply-opens": "2026-09-30T08:00", "apply-days": "2", "count": "1"}
    answer = client.post(url, counting | {"key": page["key"]}).context
    form = answer["form"]
    assert answer["key"] == page["key"]  # what was changed meanwhile is not overwritten unseen
    assert form["apply-closes"].value() == datetime(2026, 10, 9)
    assert list(cycle.windows.order_by("pk").values_list("closes", flat=True)) == before
    sent = typed | {"apply-opens": "2026-09-30T08:00", "apply-days": "2", "key": page["key"]}
    assert client.post(url, sent).status_code == 400
    assert client.post(url, sent | {"apply-closes": "2026-10-09T00:00"}).status_code == 302
    assert cycle.windows.get(step="apply").closes == at(2026, 10, 9)
