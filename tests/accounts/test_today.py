"""A person's day: what is due first, since when, from whom, how long it usually takes; on one page to print."""

import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from accounts.usual_times import usual_days
from followups import workflow
from followups.due import working_days_due
from followups.offices import Office
from followups.workflow import Opening
from ratings.events.rectification import FOLLOW_UP as RECTIFICATION
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, VILLAGE, ApplicationFactory, CycleFactory, UnitFactory, at, person

pytestmark = pytest.mark.django_db
GIVEN = {"on": "2026-11-01", "event": "账目不清"}


@pytest.fixture(autouse=True)
def clock():
    cache.clear()  # of what is usual in the county
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen
    cache.clear()


@pytest.fixture
def signer():
    return person(Role.SIGNER, VILLAGE)


@pytest.fixture
def office():
    return person(Role.TOWNSHIP_OFFICE, TOWNSHIP, name="张经办")


def followed_up(subject: int, due, by=None):
    opening = Opening(RECTIFICATION, subject, UnitFactory(code=VILLAGE), Office(VILLAGE, Role.SIGNER), due, "", GIVEN)
    return workflow.open_followup(opening, by=by)


def todos(user):
    return todos_of(User.objects.get(pk=user.pk))


def test_what_is_due_first_comes_first(signer, office):
    later = followed_up(1, at(2026, 12, 20))
    late = followed_up(2, at(2026, 11, 20))
    cycle = CycleFactory()
    cycle.windows.filter(step="apply").update(closes=at(2026, 12, 1))
    draft = ApplicationFactory(cycle=cycle, state="draft")
    assert [todo.url for todo in todos(signer)] == [
        late.get_absolute_url(),
        reverse("application_form", args=[draft.pk]),
        later.get_absolute_url(),
    ]


def test_it_says_since_when_from_whom_and_how_long_it_usually_takes(client, signer, office, clock):
    for n in range(4):
        done_in_two_days(n, signer, clock)
    followed_up(9, working_days_due(5), by=office)
    (todo,) = todos(signer)
    assert (timezone.localdate(todo.since).isoformat(), todo.whom, todo.usual) == ("2026-12-02", "张经办", None)
    done_in_two_days(5, signer, clock)
    (todo,) = todos(signer)
    assert todo.usual == 2
    client.force_login(signer)
    facts = "自2026年12月2日起 · 来自张经办 · 通常2天办完"
    assert facts in client.get(reverse("home")).content.decode()
    printed = client.get(reverse("today"))
    assert printed.context["todos"] == [todo]
    assert "张经办" in printed.content.decode()


def test_what_is_usual_is_worked_out_once_for_a_county(signer, office, django_assert_num_queries):
    assert len(office.posts) == 1
    usual_days(signer, ["rectification"])
    with django_assert_num_queries(0):
        usual_days(office, ["rectification"])


def test_a_day_of_another_year_is_said_with_its_year(client, signer, clock):
    clock.move_to("2025-11-24 10:00+08:00")
    followed_up(1, at(2026, 12, 20))
    clock.move_to("2026-11-24 10:00+08:00")
    followed_up(2, at(2026, 12, 21))
    client.force_login(signer)
    page = client.get(reverse("today")).content.decode()
    assert re.findall('data-label="何时转来"><span>(.*?)</span>', page) == ["2025年11月24日", "11月24日"]


def done_in_two_days(subject: int, signer, clock):
    opened = followed_up(subject, working_days_due(5))
    clock.move_to(timezone.now() + timedelta(days=2))
    workflow.finish(RECTIFICATION, [opened.subject], by=signer)
