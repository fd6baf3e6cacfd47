"""The pages of the re-rating's runs: each reader sees his own places, a dry run comes first, held events are silent."""

import re
from datetime import date, timedelta
from io import BytesIO

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.urls import reverse
from openpyxl import load_workbook

from accounts.roles import Role
from ratings.models import Event, RegisterRun, StarPeriod
from ratings.workflow.register_run import run_register
from records.refusals import NotAllowed
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from villages.models import Unit

pytestmark = pytest.mark.django_db
HERE, ELSEWHERE = "330624108204", "330681001218"
RULES = [{"event": "case_opened", "does": "lower", "by": 2, "automatic": True}]
NOW = "2026-11-24 10:00+08:00"
RUNS = reverse("register_runs")
BEGIN = reverse("register_run_begin", args=[COUNTY])


@built_once(at=NOW)
def registers(db):
    """Two counties with a village of five stars each, on record since the last night."""
    for village in (HERE, ELSEWHERE):
        UnitFactory(code=village[:6])
        UnitFactory(code=village[:9])
        SchemeFactory(unit=Unit.objects.get(code=village[:6]), body=scheme_body(unit=village[:6], rules=RULES))
        DecisionFactory(unit=UnitFactory(code=village, name=f"村{village}"), star=5)
    run_register()


@pytest.fixture(autouse=True)
def _today(registers):
    with freeze_time(NOW):
        yield


@pytest.fixture
def office(client):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    client.force_login(office)
    return office


def happen(village: str, **given) -> Event:
    return EventFactory(unit=Unit.objects.get(code=village), on=date(2026, 11, 23), kind="case_opened", **given)


def key(client, address: str = RUNS) -> str:
    return re.search(r'name="key" value="(\w+)"', client.get(address).text)[1]


def counts(client) -> list[tuple[int, int]]:
    return [(run.units_seen, run.changed_seen) for run in client.get(RUNS).context["runs"]]


def lines(client, address: str) -> list[tuple]:
    book = load_workbook(BytesIO(b"".join(client.get(address, {"as": "xlsx"}).streaming_content)))
    return list(book.active.iter_rows(values_only=True))


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.DISCIPLINE])
def test_a_county_sees_its_own_changes_and_counts_alone(client, role):
    happen(HERE)
    happen(ELSEWHERE)
    run = run_register()
    assert (run.units, run.changed) == (2, 2)
    client.force_login(person(role, COUNTY))
    assert counts(client)[0] == (1, 1)
    own = reverse("register_run", args=[run.pk])
    assert [(c.unit_id, c.before, c.after, c.why) for c in client.get(own).context["page"]] == [(HERE, 5, 3, ["event"])]
    assert [row[3:5] for row in lines(client, own) if row[0] == HERE] == [(5, 3)]
    assert ELSEWHERE not in str(lines(client, own)) + client.get(own).text


def test_a_city_sees_all_its_counties_and_a_failure_in_words(client):
    happen(HERE)
    happen(ELSEWHERE)
    run_register()
    client.force_login(person(Role.CITY_LEADER, "3306"))
    assert counts(client)[0] == (2, 2)
    RegisterRun.objects.update(state="failed", error="deadlock in 330681")
    assert "deadlock in 330681" not in client.get(RUNS).text
    one = reverse("register_run", args=[RegisterRun.objects.first().pk])
    assert "deadlock in 330681" in client.get(one).text
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    assert "deadlock in 330681" not in client.get(one).text


def test_the_runs_over_another_county_are_not_there(client, office):
    theirs = run_register(person(Role.COUNTY_OFFICE, ELSEWHERE[:6]), place=Unit.objects.get(code=ELSEWHERE[:6]))
    assert client.get(reverse("register_run", args=[theirs.pk])).status_code == 404
    assert theirs.pk not in [run.pk for run in client.get(RUNS).context["runs"]]
    with pytest.raises(NotAllowed):
        run_register(office, place=Unit.objects.get(code=ELSEWHERE[:6]))
    with pytest.raises(NotAllowed):
        run_register(office)


def test_a_dry_run_comes_first_and_exactly_that_is_done_once(client, office):
    happen(HERE)
    happen(ELSEWHERE)
    before = StarPeriod.objects.count()
    page = client.post(BEGIN, {"key": key(client), "step": "dry"}, follow=True)
    assert [change.unit_id for change in page.context["page"]] == [HERE]
    assert StarPeriod.objects.count() == before
    dry = page.context["run"]
    carry_out = reverse("register_run_carry_out", args=[dry.pk])
    sent = {"key": key(client, reverse("register_run", args=[dry.pk]))}
    done = client.post(carry_out, sent, follow=True)
    assert (done.context["run"].dry_run, done.context["run"].changed_seen) == (False, 1)
    again = client.post(carry_out, sent, follow=True)
    assert [message.level_tag for message in again.context["messages"]] == ["success"]
    assert RegisterRun.objects.filter(dry_run=False, place=COUNTY).count() == 1
    assert run_register().changed == 1  # the night still does the other county


def test_a_dry_run_that_no_longer_holds_is_shown_anew(client, office):
    happen(HERE)
    dry = client.post(BEGIN, {"key": key(client), "step": "dry"}, follow=True).context["run"]
    sent = {"key": key(client, reverse("register_run", args=[dry.pk]))}
    run_register()
    happen(HERE, source="second")
    page = client.post(reverse("register_run_carry_out", args=[dry.pk]), sent, follow=True)
    assert [message.level_tag for message in page.context["messages"]] == ["warning"]
    assert [(c.before, c.after) for c in page.context["page"]] == [(3, 1)]
    assert (page.context["run"].dry_run, page.context["run"].pk != dry.pk) == (True, True)


def test_a_double_click_runs_once_and_one_runs_at_a_time(client, office):
    happen(HERE)
    sent = {"key": key(client), "step": "now"}
    tags = [client.post(BEGIN, sent, follow=True).context["messages"] for _click in range(2)]
    assert [[message.level_tag for message in shown] for shown in tags] == [["success"], ["success"]]
    assert RegisterRun.objects.filter(by=office).count() == 1
    told = client.post(BEGIN, sent | {"step": "dry"}, follow=True).context["messages"]
    assert [message.level_tag for message in told] == ["warning"]  # the other button is another step
    first = RegisterRun.objects.filter(pk=RegisterRun.objects.first().pk)
    first.update(state="running", ended_at=None, running_until=Now() + timedelta(seconds=20))
    told = client.post(BEGIN, {"key": key(client), "step": "now"}, follow=True).context["messages"]
    assert [message.level_tag for message in told] == ["warning"]
    assert RegisterRun.objects.filter(by=office).count() == 1


def test_a_killed_run_is_interrupted_once_its_lease_is_over_and_one_under_way_is_not(client, office):
    killed = run_register()
    late, soon = Now() - timedelta(seconds=1), Now() + timedelta(seconds=20)
    RegisterRun.objects.filter(pk=killed.pk).update(state="running", ended_at=None, running_until=late)
    one = reverse("register_run", args=[killed.pk])

    def states() -> list[str]:
        return [
            client.get(one).context["run"].state,
            client.get(RUNS).context["runs"][0].state,
            lines(client, RUNS)[3][-1],
        ]

    assert states() == ["interrupted", "interrupted", "已中断"]
    RegisterRun.objects.filter(pk=killed.pk).update(running_until=soon)
    assert states() == ["running", "running", "进行中"]


def test_a_failed_run_is_said_in_words(client, office):
    happen(HERE)
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate")
        cursor.execute("alter table ratings_registerrunchange add constraint never check (false) not valid")
    told = client.post(BEGIN, {"key": key(client), "step": "now"}, follow=True).context["messages"]
    assert [message.level_tag for message in told] == ["error"]
    assert RegisterRun.objects.first().state == "failed"


@pytest.mark.parametrize("role", [Role.COUNTY_OFFICE, Role.CITY_LEADER])
def test_a_held_event_is_in_no_change_and_no_count(client, role):
    client.force_login(person(role, COUNTY if role == Role.COUNTY_OFFICE else "3306"))
    run_register()
    quiet = counts(client)[0]
    held = happen(HERE, held=True)
    Event.objects.filter(pk=held.pk).update(note="more")
    with freeze_time("2026-11-25 00:20+08:00"):
        night = run_register()
        assert (counts(client)[0], night.changed) == (quiet, 0)
        assert HERE not in client.get(reverse("register_run", args=[night.pk])).text
        Event.objects.filter(pk=held.pk).update(held=False)
        assert (run_register().changed, counts(client)[0]) == (1, (1, 1))
