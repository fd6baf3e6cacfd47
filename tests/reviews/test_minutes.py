"""The minutes of a batch: what they say about whom, who may print them, and the code once it is released."""

from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation
from freezegun import freeze_time

from ratings.models import Application
from records.documents import Heading, Names, Table, Text, issued
from records.models import IssuedDocument
from reviews.minutes import blocks, exceptions, minutes
from reviews.verdicts import verdicts
from reviews.workflow import batches, decisions
from tests.factories import TOWNSHIP, ApplicationFactory, UnitFactory
from tests.reviews.conftest import score_township
from tests.reviews.test_decisions import SOUND
from tests.reviews.test_release import prepare


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


@pytest.fixture
def met(place):
    """A meeting that gave one village two stars where three were allowed, while another is still in review."""
    score_township(place, SOUND)
    choice = {"star": 2, "reason": "账目整改未到期"}
    place.decision = decisions.decide(place.application, **choice, by=place.township_leader)
    other = UnitFactory(code=f"{TOWNSHIP}299", name="未完成村")
    place.waiting = ApplicationFactory(cycle=place.cycle, unit=other, state="township_review")
    place.batch = prepare(place, minutes="会议同意评审组意见。")
    return place


def test_the_minutes_tell_the_meeting_the_stars_and_who_waits(met):
    unit = met.application.unit.name
    paper = blocks(met.batch, verdicts(met.batch, [met.decision]), list(exceptions(met.batch)))
    head = dict(next(block for block in paper if isinstance(block, Names)).rows)
    assert (head["文号"], head["会议日期"], head["审定人"]) == ("沙评〔2026〕1号", "2026年9月27日", "township_leader")
    tables = [[list(row) for row in block.rows] for block in paper if isinstance(block, Table)]
    assert tables == [
        [["二星", "1"]],
        [["1", unit, "31.00", "四星", "三星", "二星", "低于可评星级：账目整改未到期"]],
        [["未完成村", "评审中，尚未审定"]],
    ]
    texts = [block.text for block in paper if isinstance(block, Text)]
    assert texts == ["无。", "会议同意评审组意见。"]
    assert len([block for block in paper if isinstance(block, Heading)]) == 5


def test_a_draft_has_no_code_and_what_is_released_keeps_one(met):
    assert minutes(met.batch, met.township_office)[:5] == b"%PDF-"
    assert IssuedDocument.objects.count() == 0
    batch = batches.release(met.batch, by=met.township_office)
    for _again in range(2):
        minutes(batch, met.township_office)
    paper = IssuedDocument.objects.get()
    assert (issued(paper.code), paper.unit, paper.by) == (paper, TOWNSHIP, met.township_office)


def test_who_waited_at_the_release_stays_on_the_paper_when_they_go_on(met):
    batch = batches.release(met.batch, by=met.township_office)
    with freeze_time(datetime(2026, 9, 29, 2, tzinfo=timezone.get_default_timezone())):
        score_township(met, SOUND, met.waiting)
        decisions.decide(met.waiting, star=3, by=met.township_leader)
        assert Application.objects.get(pk=met.waiting.pk).state == "decided"
        assert [(one.unit.name, one.then) for one in exceptions(batch)] == [("未完成村", "township_review")]


def test_a_decision_kept_for_later_is_told(met):
    score_township(met, SOUND, met.waiting)
    decisions.decide(met.waiting, star=3, by=met.township_leader)
    assert [(one.unit.name, one.then) for one in exceptions(met.batch)] == [("未完成村", "decided")]


@pytest.mark.parametrize(
    ("name", "status"),
    [("township_office", 200), ("township_leader", 200), ("county_office", 404), ("filler", 404)],
)
def test_whoever_sees_the_batch_prints_its_minutes(met, settings, name, status):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client()
    client.force_login(getattr(met, name))
    answer = client.get(reverse("review_batch_minutes", args=[met.batch.pk]))
    assert answer.status_code == status
    if status == 200:
        assert (answer["Content-Type"], b"".join(answer)[:5]) == ("application/pdf", b"%PDF-")


def test_the_batchs_page_shows_the_picture_and_who_got_less_than_allowed(met, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = Client()
    client.force_login(met.township_leader)
    page = client.get(reverse("review_batch", args=[met.batch.pk]))
    assert page.context["counts"] == [(2, 1)]
    assert [(one.pk, one.reason) for one in page.context["below"]] == [(met.decision.pk, "账目整改未到期")]
    assert '<meter value="1" max="1"' in page.content.decode()
