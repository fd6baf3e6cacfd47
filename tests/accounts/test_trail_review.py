"""The audit trail as auditors work with it: in words, narrowed as they know people and places, and its queue."""

from collections import Counter
from datetime import date, timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts import audit_trail, forms, trail_review, workflow
from accounts.models import AppointmentReview, TrailExport
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.trail_acts import acts_of
from accounts.trail_offices import Offices
from ratings.models import Answer
from records.audit import acting
from records.refusals import Incomplete, NotAllowed, Outdated
from tests.built_once import built_once
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    AppointmentFactory,
    UnitFactory,
    person,
)

pytestmark = pytest.mark.django_db
CITY = "3306"
APPOINTMENTS = "accounts_appointmentevent"
ELSEWHERE = "340101001201"
REASON = "与干部名单核对无误"


@built_once
def world(db) -> SimpleNamespace:
    """An auditor, an office that has appointed two people in one step and ended one post, and a post elsewhere."""
    auditor = person(Role.AUDITOR, CITY, username="auditor")
    UnitFactory(code=COUNTY, name="新昌县")
    UnitFactory(code=TOWNSHIP, name="沙溪镇")
    office = person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office", name="吕办")
    village = UnitFactory(code=VILLAGE, name="沙溪村")
    with acting(office, "accounts.appoint"):
        made = [AppointmentFactory(unit=village), AppointmentFactory(unit=village)]
    workflow.end(made[0], by=office, on=timezone.localdate() + timedelta(days=30))
    AppointmentFactory(unit=UnitFactory(code=ELSEWHERE))
    return SimpleNamespace(auditor=auditor, office=office, village=village)


@pytest.fixture
def page(client, world):
    client.force_login(world.auditor)
    return client


def counts(user) -> dict[str, int]:
    found = Counter()
    for one in groups_of(user):
        found[one.step] += one.count
    return dict(found)


def groups_of(user) -> list[trail_review.ReviewGroup]:
    return [trail_review.as_group(row) for row in trail_review.groups(user.reach("accounts.read_trail"))]


def test_an_act_says_who_in_which_office_did_what_where(world):
    newest = acts_of(audit_trail.changes([CITY], kind=APPOINTMENTS))[0].first
    assert (newest.who, newest.office) == ("吕办", "沙溪镇 镇经办人")
    assert newest.sentence == f"吕办：在沙溪村 {VILLAGE}结束任职（任职 修改）"


def test_what_is_part_of_an_application_belongs_to_its_village(world):
    Answer.objects.create(application=ApplicationFactory(unit=world.village), item="a", value=1)
    for asked in ({}, {"places": [VILLAGE]}):
        found = audit_trail.changes([CITY], kind="ratings_answerevent", **asked)
        assert [one.unit for one in found] == [f"沙溪村 {VILLAGE}"]
    assert audit_trail.changes(["34"], kind="ratings_answerevent") == []


def test_a_removed_row_says_what_it_was(world):
    answer = Answer.objects.create(application=ApplicationFactory(unit=world.village), item="a", value=7)
    answer.delete()
    gone = audit_trail.changes([CITY], kind="ratings_answerevent")[0]
    assert (gone.is_gone, gone.kind_of_change) == (True, "删除")
    assert "7" in [str(one.before).rstrip("0").rstrip(".") for one in gone.fields if one.after is None]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"person": "吕办", "step": "accounts.end"}, 1),
        ({"person": "office", "step": "accounts.end"}, 1),
        ({"person": "无此人"}, 0),
        ({"unit": "沙溪村", "step": "accounts.end"}, 1),
        ({"unit": "无此村"}, 0),
        ({"since": "2099-01-01"}, 0),
    ],
)
def test_people_and_places_are_typed_as_one_knows_them(page, query, found):
    assert len(page.get(reverse("trail"), query).context["acts"]) == found


def test_a_name_that_too_many_places_bear_is_refused(page, monkeypatch):
    monkeypatch.setattr(forms, "MOST_PLACES", 1)
    assert page.get(reverse("trail"), {"unit": "沙溪"}).context["acts"]  # with the village below it: one place
    UnitFactory(code=f"{COUNTY}999", name="沙溪乡")
    shown = page.get(reverse("trail"), {"unit": "沙溪"})
    assert (shown.context["acts"], list(shown.context["form"].errors)) == ([], ["unit"])


def test_at_a_station_nobody_is_head_of_a_village(world):
    head = AppointmentFactory(role=Role.SIGNER, unit=UnitFactory(code=f"{TOWNSHIP}S01", name="沙溪站"))
    day = timezone.localdate()
    assert Offices([head.user_id]).on(head.user_id, head.unit_id, day) == "沙溪站 站所主要负责人"


def test_taking_the_trail_away_is_written_into_it(page, world):
    answer = page.get(reverse("trail"), {"as": "xlsx", "kind": APPOINTMENTS, "person": "吕办"})
    assert answer.status_code == 200
    row = TrailExport.objects.get()
    assert (row.by, row.unit_id, row.rows, row.filter) == (world.auditor, CITY, 3, "姓名或账号：吕办、什么：任职")
    newest = audit_trail.changes([CITY], kind="accounts_trailexportevent")[0]
    assert (newest.who, newest.verb) == (world.auditor.name, "导出审计日志")


def test_what_was_not_seen_waits_in_groups_until_somebody_has_seen_it(world):
    assert counts(world.auditor) == {"": 2, "accounts.appoint": 2, "accounts.end": 1}
    assert todos_of(world.auditor)[0].url == reverse("trail_review")
    every = [one.key for one in groups_of(world.auditor)]
    review = workflow.mark_seen(every, reason=REASON, by=world.auditor)
    assert (review.changes, counts(world.auditor)) == (5, {})
    assert [one.url for one in todos_of(world.auditor)] == []


def test_what_comes_later_to_a_group_seen_waits_again(world):
    workflow.mark_seen([one.key for one in groups_of(world.auditor)], reason=REASON, by=world.auditor)
    with acting(world.office, "accounts.appoint"):
        AppointmentFactory(unit=world.village)
    assert counts(world.auditor) == {"accounts.appoint": 1}


def test_only_what_was_shown_is_marked(world):
    shown = {one.key: one.state for one in groups_of(world.auditor)}
    with acting(world.office, "accounts.appoint"):
        AppointmentFactory(unit=world.village)
    with pytest.raises(Outdated):
        workflow.mark_seen(list(shown), reason=REASON, by=world.auditor, expected=shown)
    assert not AppointmentReview.objects.exists()


def test_seeing_needs_a_reason_a_group_and_the_right(world):
    keys = [one.key for one in groups_of(world.auditor)]
    for chosen, reason, by, refusal in (
        (keys, " ", world.auditor, Incomplete),
        ([], REASON, world.auditor, Incomplete),
        (["2020-01-01|||330624"], REASON, world.auditor, Incomplete),
        (keys, REASON, world.office, NotAllowed),
    ):
        with pytest.raises(refusal):
            workflow.mark_seen(chosen, reason=reason, by=by)


def test_the_page_marks_groups_and_says_how_many_remain(page, world):
    shown = page.get(reverse("trail_review"))
    chosen = next(one.key for one in groups_of(world.auditor) if one.step == "accounts.appoint")
    sent = {"key": shown.context["key"], "groups": [chosen], "reason": REASON}
    refused = page.post(reverse("trail_review"), sent | {"reason": ""})
    assert (refused.status_code, refused.context["chosen"]) == (400, [chosen])
    assert page.post(reverse("trail_review"), sent).status_code == 302
    twice = page.post(reverse("trail_review"), sent, follow=True)
    assert (twice.status_code, twice.context["remaining"]) == (200, 3)
    assert AppointmentReview.objects.get().changes == 2


def test_each_group_leads_to_its_changes(page, world):
    one = next(one for one in page.get(reverse("trail_review")).context["groups"] if one.step == "任命")
    assert (one.group.day, one.who) == (date.fromisoformat(one.group.key[:10]), "吕办")
    assert sum(len(act.changes) for act in page.get(one.url).context["acts"]) == one.group.count
