"""What a deputy decides is marked, and bound by the same rules, on the deputy's days only."""

import pytest
from django.urls import reverse

from accounts.workflow import deputise
from ratings.models import Transition
from records.refusals import NotAllowed
from reviews.workflow import decisions
from tests.accounts.deputies import FIRST, LAST, fresh
from tests.clients import api_of
from tests.clock import freeze_time

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def clock():
    with freeze_time("2026-11-24 10:00+08:00") as frozen:
        yield frozen


@pytest.fixture
def own(counties):
    return counties.first


def stand_in(own, deputy):
    own.deputy_post.delete()
    leader = fresh(own.who.township_leader)
    return deputise(own.leader_post, fresh(deputy), by=leader, starts=FIRST, ends=LAST)


def test_a_decision_by_a_deputy_is_marked_so(own):
    stand_in(own, own.who.township_office)
    decisions.reconsider(own.decided, by=fresh(own.who.township_leader), reason="重议")
    decisions.decide(own.decided, star=3, by=fresh(own.who.township_office))
    steps = Transition.objects.filter(application=own.decided).order_by("-pk")[:2]
    assert [(step.verb, step.as_deputy) for step in steps] == [("decide_township", True), ("reconsider", False)]


def test_a_deputy_who_scored_does_not_decide(own, client):
    stand_in(own, own.who.township_reviewer)
    decisions.reconsider(own.decided, by=fresh(own.who.township_leader), reason="重议")
    with pytest.raises(NotAllowed):
        decisions.decide(own.decided, star=3, by=fresh(own.who.township_reviewer))


def test_a_deputy_after_the_last_day_decides_neither_by_page_nor_by_program(own, client, clock):
    stand_in(own, own.who.township_office)
    decisions.reconsider(own.decided, by=fresh(own.who.township_leader), reason="重议")
    page = reverse("review_application", args=[own.decided.pk])
    api = reverse("api-verdict-decide", args=[own.decided.pk])
    clock.move_to("2026-12-01 00:00+08:00")
    client.force_login(own.who.township_office)
    assert client.post(page, {"do": "decide_township", "star": "3"}).status_code == 404
    program = api_of(fresh(own.who.township_office))
    assert program.post(api, {"star": 3}).status_code == 404
    own.decided.refresh_from_db()
    assert own.decided.state == "township_review"
    with pytest.raises(NotAllowed):
        decisions.decide(own.decided, star=3, by=fresh(own.who.township_office))
