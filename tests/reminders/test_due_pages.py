"""“Who has not yet”: what an office sees of its own scope, and reminding by hand, once, as shown."""

import re
from datetime import timedelta
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from followups import time_limits
from followups import workflow as followups
from followups.due import working_days_due
from followups.models import FollowUp, TimeLimit
from followups.offices import Office
from followups.workflow import Opening
from followups.workflow.limiting import moved
from notifications.models import Notice
from ratings.models import Extension
from records.refusals import Incomplete
from reminders.due import due_in
from reminders.matrix import matrix_of
from reminders.models import Reminder, ReminderLine, ReminderRule
from reminders.people import days_of_people
from reminders.stages import Rule
from reminders.workflow.rules import set_rules
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppealFactory,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    UnitFactory,
    WindowFactory,
    at,
    person,
)

pytestmark = pytest.mark.django_db
OTHER = f"{TOWNSHIP}205"


NOW = "2026-11-24 10:00+08:00"


@pytest.fixture(autouse=True)
def _clock():
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def who(db):
    return SimpleNamespace(
        city=person(Role.CITY_OFFICE, "3306", username="city"),
        filler=person(Role.FILLER, VILLAGE, username="filler", name="俞国良"),
        office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP, username="office"),
        leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP, username="leader"),
        county=person(Role.COUNTY_OFFICE, COUNTY, username="county"),
        next_filler=person(Role.FILLER, OTHER, username="next_filler"),
    )


@built_once(at=NOW)
def cycle(who):
    made = CycleFactory(windows=False)
    for step, closes in (("apply", at(2026, 11, 14)), ("township_review", at(2026, 12, 1))):
        WindowFactory(cycle=made, step=step, closes=closes)
    return made


def seen(user: User, code: str) -> dict[str, dict[str, tuple[str, int]]]:
    """By row and step how a cell looks and how many things wait in it."""
    matrix = matrix_of(User.objects.get(pk=user.pk), UnitFactory(code=code))
    return {
        row.unit.code: {cell.step: (cell.kind, len(cell.dues)) for cell in row.cells if cell.dues}
        for row in matrix.rows
    }


def test_each_level_sees_its_own_rows(who, cycle):
    ApplicationFactory(cycle=cycle, unit=UnitFactory(code=OTHER), state="submitted")
    below = {"apply": ("late", 1), "township_review": ("wait", 1)}
    assert seen(who.county, COUNTY) == {TOWNSHIP: below}
    assert seen(who.city, "3306") == {COUNTY: below}
    assert seen(who.office, TOWNSHIP) == {VILLAGE: {"apply": ("late", 1)}, OTHER: {"township_review": ("wait", 1)}}


def test_a_decision_shows_in_the_deciding_office_alone(who, cycle):
    application = ApplicationFactory(cycle=cycle, state="decided")
    DecisionFactory(
        application=application, cycle=cycle, unit=application.unit, state="decided", origin="township", on=None,
        cut_off=None, decided_at=at(2026, 11, 13, 9),
    )  # fmt: skip
    assert seen(who.office, TOWNSHIP)[VILLAGE] == {"release": ("wait", 1)}
    assert seen(who.county, TOWNSHIP)[VILLAGE] == {"township_review": ("wait", 1)}


def test_they_are_reminded_once_as_the_page_showed(client, who, cycle):
    client.force_login(who.county)
    page = client.get(reverse("due"), {"unit": TOWNSHIP})
    assert page.status_code == 200
    assert page.content.decode().count('name="pick"') == 2
    to = f"{reverse('due_remind')}?unit={TOWNSHIP}&pick={VILLAGE}"
    shown = client.get(to).content.decode()
    assert "俞国良" in shown
    key = re.search(r'name="key" value="(\w+)"', shown)[1]
    given = {"key": key, "sentence": "请周四下班前交上来。"}
    answers = [client.post(to, given) for _click in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    notice = Notice.objects.get(kind="reminded")
    assert (notice.user, notice.params["sentence"]) == (who.filler, "请周四下班前交上来。")
    made = Reminder.objects.get()
    assert list(ReminderLine.objects.values_list("reminder", "unit", "step")) == [(made.pk, VILLAGE, "apply")]
    assert "俞国良" in client.get(reverse("due"), {"unit": TOWNSHIP}).content.decode()


def test_a_letter_names_the_place_whose_deadline_is_the_first(client, who, cycle):
    for code in (VILLAGE, OTHER):
        ApplicationFactory(cycle=cycle, unit=UnitFactory(code=code), state="submitted")
    longer = {"step": "township_review", "closes": at(2026, 12, 9), "reason": "灾情"}
    Extension.objects.create(cycle=cycle, unit_id=VILLAGE, **longer)
    client.force_login(who.county)
    to = f"{reverse('due_remind')}?unit={TOWNSHIP}&pick={VILLAGE}&pick={OTHER}"
    key = re.search(r'name="key" value="(\w+)"', client.get(to).content.decode())[1]
    client.post(to, {"key": key, "sentence": ""})
    assert Notice.objects.get(user=who.office).params["place"] == UnitFactory(code=OTHER).name


def test_the_office_sees_the_day_of_its_people_in_the_order_of_posts(who, cycle):
    ApplicationFactory(cycle=cycle, unit=UnitFactory(code=OTHER), state="submitted")
    office = User.objects.get(pk=who.office.pk)
    days = {tuple(day.posts): day for day in days_of_people(office, UnitFactory(code=TOWNSHIP))}
    assert [(posts, len(day.lines), day.late, day.soon) for posts, day in days.items()] == [
        (("镇经办人",), 1, 0, 1),
        (("乡镇审定人",), 0, 0, 0),
    ]
    who.office.appointments.update(ends="2026-11-23")
    (vacant,) = [day for day in days_of_people(who.county, UnitFactory(code=TOWNSHIP)) if day.lines]
    assert (vacant.name, vacant.posts, len(vacant.lines)) == ("", ["镇经办人"], 1)


def test_the_county_sets_when_to_remind_and_a_stale_page_changes_nothing(client, who, cycle):
    client.force_login(who.county)
    address = reverse("reminder_rules", args=[COUNTY])
    key = client.get(address).context["key"]
    wrong = client.post(address, {"key": key, "apply_before": "4", "apply_office": "5", "apply_above": "5"})
    assert (wrong.status_code, ReminderRule.objects.count()) == (400, 0)
    partly = client.post(address, {"key": wrong.context["key"], "apply_before": "4"})
    assert (partly.status_code, ReminderRule.objects.count()) == (400, 0)
    days = {"key": partly.context["key"], "apply_before": "4", "apply_office": "1", "apply_above": "6"}
    assert [client.post(address, days).status_code for _click in range(2)] == [302, 302]
    assert list(ReminderRule.objects.values_list("unit", "step", "before", "office_after", "above_after")) == [
        (COUNTY, "apply", 4, 1, 6)
    ]
    assert client.post(address, {"key": key}).status_code == 409
    assert client.post(address, {"key": client.get(address).context["key"]}).status_code == 302
    assert ReminderRule.objects.count() == 0
    client.force_login(who.office)
    assert client.get(address).status_code == 404


def test_an_appeal_waits_for_the_level_above_and_the_matrix_is_a_workbook(client, who, cycle):
    appeal = AppealFactory(decision=DecisionFactory(unit=UnitFactory(code=VILLAGE)))
    assert seen(who.city, "3306")[COUNTY]["appeal"] == ("soon", 1)
    assert "appeal" not in seen(who.county, TOWNSHIP)[VILLAGE]
    client.force_login(who.city)
    book = client.get(reverse("due"), {"unit": "3306", "as": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(book.streaming_content))).active
    rows = [[str(cell) for cell in row] for row in sheet.iter_rows(values_only=True)]
    assert any("申诉办理" in row for row in rows), rows
    assert appeal.state == "open"


def test_the_to_do_and_the_matrix_name_one_day_for_an_appeal(who):
    AppointmentFactory(user=who.city, role=Role.COUNTY_OFFICE, unit=UnitFactory(code=COUNTY))
    TimeLimit.objects.create(unit_id=COUNTY, step="appeal", days=5)
    rejected = ApplicationFactory(unit=UnitFactory(code=VILLAGE), state="rejected")
    AppealFactory(decision=None, application=rejected, unit=rejected.unit)
    (due,) = [one.due for one in due_in([COUNTY]) if one.step == "appeal"]
    todos = todos_of(User.objects.get(pk=who.city.pk))
    assert [one.due for one in todos if one.url == reverse("review_appeals")] == [due]
    assert due == working_days_due(5)


def test_what_has_changed_since_is_shown_anew_with_the_sentence(client, who, cycle):
    client.force_login(who.office)
    to = f"{reverse('due_remind')}?unit={TOWNSHIP}&pick={VILLAGE}"
    key = re.search(r'name="key" value="(\w+)"', client.get(to).content.decode())[1]
    person(Role.SIGNER, VILLAGE, username="signer")
    answer = client.post(to, {"key": key, "sentence": "请尽快。"})
    assert (answer.status_code, Reminder.objects.count()) == (409, 0)
    assert "请尽快。" in answer.content.decode()


def test_others_units_and_roles_without_the_right_get_404(client, who, cycle):
    client.force_login(who.leader)
    assert "俞国良" not in client.get(reverse("due_people"), {"unit": TOWNSHIP}).content.decode()
    away = person(Role.TOWNSHIP_OFFICE, "330681001", username="away")
    for user, unit, expected in ((away, TOWNSHIP, 404), (who.filler, VILLAGE, 404), (who.leader, TOWNSHIP, 200)):
        client.force_login(user)
        for page in ("due", "due_people"):
            assert client.get(reverse(page), {"unit": unit}).status_code == expected
    assert client.get(f"{reverse('due_remind')}?unit={TOWNSHIP}&pick={VILLAGE}").status_code == 404


def test_a_time_limit_says_what_becomes_of_what_is_open_before_it_is_saved(client, who, cycle):
    due_before = working_days_due(10)
    opening = Opening("opinion", 1, UnitFactory(code=COUNTY), Office(COUNTY, Role.COUNTY_OFFICE), due_before)
    followups.open_followup(opening, by=None)
    AppealFactory(decision=DecisionFactory(unit=UnitFactory(code=VILLAGE)))
    client.force_login(who.county)
    address = reverse("reminder_rules", args=[COUNTY])
    given = {"key": client.get(address).context["key"], "limit_opinion": "15", "limit_proposal": "0"}
    assert client.post(address, given).status_code == 400
    given |= {"key": client.get(address).context["key"], "limit_proposal": "3"}
    told = client.post(address, given)
    assert [(one.step, one.more, one.kept) for one in told.context["changes"]] == [("opinion", 1, 0)]
    assert (TimeLimit.objects.count(), FollowUp.objects.get(kind="opinion").due_at) == (0, due_before)
    given["key"] = told.context["key"]
    assert [client.post(address, given).status_code for _click in range(2)] == [302, 302]
    assert sorted(TimeLimit.objects.values_list("unit", "step", "days")) == [
        (COUNTY, "opinion", 15),
        (COUNTY, "proposal", 3),
    ]
    assert FollowUp.objects.get(kind="opinion").due_at == working_days_due(15)
    assert (time_limits.limits_of("opinion")(VILLAGE), time_limits.limits_of("opinion")("330681")) == (15, 10)
    shorter = {"key": client.get(address).context["key"], "limit_opinion": "5", "limit_proposal": "3"}
    told = client.post(address, shorter)
    assert [(one.step, one.more, one.kept) for one in told.context["changes"]] == [("opinion", 0, 1)]
    assert client.post(address, shorter | {"key": told.context["key"]}).status_code == 302
    assert FollowUp.objects.get(kind="opinion").due_at == working_days_due(15)


def test_lateness_stays_and_nothing_unseen_is_counted(who, cycle):
    """A longer limit takes back neither lateness nor an escalation; what one may not see is postponed, not counted."""
    place, by, soon = UnitFactory(code=COUNTY), who.county, working_days_due(10)
    office, township = Office(COUNTY, Role.COUNTY_OFFICE), UnitFactory(code=TOWNSHIP)
    late = timezone.now() - timedelta(days=1)
    openings = [Opening("opinion", n, place, office, due) for n, due in enumerate((soon, soon, late))]
    openings.append(Opening("warning_W4", 1, township, Office(TOWNSHIP, Role.TOWNSHIP_OFFICE), soon))
    in_time, raised, _late, unseen = followups.open_all(openings, by=None)
    followups.escalate(raised, by=None)
    kept = {one.pk: one.due_at for one in FollowUp.objects.all()}
    more = {"opinion": 15, "warning_W4": 30}
    assert moved(place, more, by=by) == {"opinion": (1, 2)}
    set_rules(place, {}, limits=more, by=by)
    changed = [one.subject for one in FollowUp.objects.order_by("pk") if one.due_at != kept[one.pk]]
    assert changed == [in_time.subject, unseen.subject]
    assert (FollowUp.objects.get(pk=raised.pk).escalation, FollowUp.objects.late().count()) == (1, 1)
    with pytest.raises(Incomplete) as refused:
        set_rules(place, {}, limits={"opinion": 0}, by=by)
    assert [*refused.value.problems] == ["limit_opinion"]
    with pytest.raises(Incomplete) as refused:
        set_rules(place, {"apply": Rule(1, 5, 5)}, by=by)
    assert [*refused.value.problems] == ["apply_above"]


def test_the_day_of_people_is_a_workbook(client, who, cycle):
    client.force_login(who.office)
    book = client.get(reverse("due_people"), {"unit": TOWNSHIP, "as": "xlsx"})
    sheet = load_workbook(BytesIO(b"".join(book.streaming_content))).active
    assert who.office.name in [row[0] for row in sheet.iter_rows(values_only=True)]
