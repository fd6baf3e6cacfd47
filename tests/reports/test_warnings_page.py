"""The page of warnings, and the form for their thresholds."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from accounts.todo_list import todos_of
from followups.models import FollowUp
from notifications.models import Notice
from records.refusals import Incomplete
from reports.kept_warnings import refresh
from reports.models import WarningThreshold
from reports.workflow import set_thresholds
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, DecisionFactory, EventFactory, ObjectionFactory, UnitFactory, at, person

pytestmark = pytest.mark.django_db
NOW = at(2026, 11, 25, 9)


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-25 09:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def office(client):
    UnitFactory(code=COUNTY)
    UnitFactory(code=TOWNSHIP)
    user = person(Role.COUNTY_OFFICE, COUNTY)
    client.force_login(user)
    return user


def test_a_warning_is_listed_with_its_colour_cause_and_follow_up(client, office, clock):
    event = EventFactory(unit=UnitFactory(code=f"{TOWNSHIP}201"), on=date(2026, 1, 1))
    refresh(NOW)
    warning = FollowUp.objects.get()

    def listed(**chosen: str) -> bool:
        page = client.get(reverse("warnings"), chosen).content.decode()
        return f'href="{warning.get_absolute_url()}"' in page and f'href="/events/{event.pk}/"' in page

    assert listed()
    assert [listed(colour=one) for one in ("red", "yellow", "green")] == [False, True, False]
    assert [listed(year=one) for one in ("2025", "2026")] == [False, True]
    assert [listed(rule=one) for one in ("warning_W6", "warning_W1")] == [True, False]
    assert listed(new="on")
    clock.move_to("2026-12-25 09:00+08:00")
    client.force_login(office)
    assert [listed(colour=one) for one in ("red", "yellow")] == [True, False]
    assert not listed(new="on")


def test_the_cause_is_a_link_for_those_alone_who_may_open_it(client, office):
    village = UnitFactory(code=f"{TOWNSHIP}203")
    objection = ObjectionFactory(decision=DecisionFactory(unit=village, origin="township", state="decided"))
    refresh(NOW)
    warning = FollowUp.objects.get()
    cause = f'href="/reviews/objections/{objection.pk}/"'

    def shown(user) -> list[tuple[bool, bool]]:
        client.force_login(user)
        pages = [client.get(url).content.decode() for url in (reverse("warnings"), warning.get_absolute_url())]
        return [(warning.text in page, cause in page) for page in pages]

    discipline = person(Role.DISCIPLINE, COUNTY)
    assert shown(person(Role.TOWNSHIP_OFFICE, TOWNSHIP)) == [(True, True)] * 2
    assert shown(discipline) == [(True, False)] * 2
    told = Notice.objects.create(user=discipline, kind="system", params={"text": ""}, link=warning.link)
    assert client.get(reverse("notice", args=[told.pk]))["Location"] == reverse("notices")


def test_an_office_sets_when_a_rule_warns(client, office):
    address = reverse("warning_thresholds", args=[COUNTY])
    key = client.get(address).context["key"]
    wrong = client.post(address, {"key": key, "W6": "29"})
    assert (wrong.status_code, WarningThreshold.objects.count()) == (400, 0)
    sent = {"key": wrong.context["key"], "W6": "90"}
    assert [client.post(address, sent).status_code for _twice in range(2)] == [302, 302]
    row = WarningThreshold.objects.get()
    assert (row.unit_id, row.rule, row.value, row.set_by) == (COUNTY, "W6", 90, office)
    newer = client.get(address).context["key"]
    switched = {"key": newer, "W6": "90", "W3_active": "off"}
    assert client.post(address, switched | {"W2_active": "off"}).status_code == 400
    assert client.post(address, switched).status_code == 302
    assert list(WarningThreshold.objects.filter(active=False).values_list("rule", flat=True)) == ["W3"]
    with pytest.raises(Incomplete):
        set_thresholds(row.unit, {}, {"W2": False}, by=office)
    stale = client.post(address, {"key": key, "W6": "100"})
    assert stale.status_code == 409
    assert client.get(reverse("warning_thresholds", args=[TOWNSHIP])).status_code == 404


def test_the_to_do_counts_the_red_ones_that_its_list_shows(client, clock):
    UnitFactory(code=COUNTY)
    UnitFactory(code=TOWNSHIP)
    EventFactory(unit=UnitFactory(code=f"{TOWNSHIP}201"), on=date(2026, 1, 1))
    refresh(NOW)
    inspector = person(Role.DISCIPLINE, COUNTY)
    red = f"{reverse('warnings')}?colour=red"
    assert [todo.title for todo in todos_of(inspector) if todo.url == red] == []
    clock.move_to("2026-12-25 09:00+08:00")
    assert [todo.title for todo in todos_of(inspector) if todo.url == red] == ["1条红色预警：有事项逾期"]
    client.force_login(inspector)
    assert client.get(red).context["page"].paginator.count == 1
