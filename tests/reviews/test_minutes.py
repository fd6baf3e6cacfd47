"""The minutes of a batch: what they say about whom, who may print them, and the code once it is released."""

from datetime import date, datetime

import pytest
from django.urls import reverse
from django.utils import timezone, translation

from ratings.models import Application
from records.chain_head import Head
from records.documents import Heading, Names, Table, Text, issued
from records.models import IssuedDocument
from reviews.department_checks.department_answers import answered_by_then
from reviews.presenters.minutes import blocks, decided, exceptions, minutes, moment
from reviews.presenters.verdicts import verdicts
from reviews.workflow import appeals, batches, checks, decisions
from reviews.workflow.checks import CheckFinding
from tests.built_once import built_once
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import TOWNSHIP, ApplicationFactory, UnitFactory
from tests.reviews.conftest import SOUND, TODAY, lay_before_departments, prepare, score_county, score_township


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


@built_once(at=TODAY)
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
    paper = blocks(met.batch, verdicts(met.batch, [met.decision]), list(exceptions(met.batch)), {})
    head = dict(next(block for block in paper if isinstance(block, Names)).rows)
    assert (head["文号"], head["会议日期"], head["审定人"]) == ("沙评〔2026〕1号", "2026年9月27日", "township_leader")
    tables = [[list(row) for row in block.rows] for block in paper if isinstance(block, Table)]
    assert tables == [
        [["二星", "1"]],
        [["1", unit, "31.00", "四星", "三星", "二星", "低于可评星级：账目整改未到期"]],
        [["未完成村", "评审中，尚未审定"]],
    ]
    texts = [block.text for block in paper if isinstance(block, Text)]
    assert texts[:2] == ["无。", "会议同意评审组意见。"]  # no joint check in a township; the chain head may follow
    assert len([block for block in paper if isinstance(block, Heading)]) >= 5  # the chain head has one of its own


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
    client = client_of(getattr(met, name))
    answer = client.get(reverse("review_batch_minutes", args=[met.batch.pk]))
    assert answer.status_code == status
    if status == 200:
        assert (answer["Content-Type"], b"".join(answer)[:5]) == ("application/pdf", b"%PDF-")


def test_the_batchs_page_shows_the_picture_and_who_got_less_than_allowed(met, settings):
    settings.SECOND_FACTOR_REQUIRED = False
    client = client_of(met.township_leader)
    page = client.get(reverse("review_batch", args=[met.batch.pk]))
    assert page.context["counts"] == [(2, 1)]
    assert [(one.pk, one.reason) for one in page.context["below"]] == [(met.decision.pk, "账目整改未到期")]
    bars = [[(piece.star, piece.count, piece.width) for piece in bar] for _name, bar in page.context["spread"]]
    assert bars[0] == [(2, 1, 1000)]


def township_star(county):
    """The county decides the township's own star for the village, whatever the departments answered."""
    county.decision = decisions.decide(county.application, star=3, by=county.county_office, reason="先看一年")
    day = {"met_on": date(2026, 9, 28), "document": "新评〔2026〕1号"}
    county.batch = batches.prepare(county.cycle, county.county, "county", **day, by=county.county_office)


def said(county):
    """The rows of the departments' table in the minutes."""
    found = verdicts(county.batch, decided(county.batch))
    paper = blocks(county.batch, found, [], answered_by_then(county.batch, moment(county.batch)))
    titles = [block.text for block in paper if isinstance(block, Heading)]
    assert "部门联审" in titles
    return [list(row) for block in paper if isinstance(block, Table) and len(block.heads) == 3 for row in block.rows]


@built_once(at=TODAY)
def recommended(place):
    """A village at the county, and another on the same list that is in no batch."""
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    score_county(place)
    other = UnitFactory(code=f"{TOWNSHIP}299", name="邻村")
    place.other = ApplicationFactory(cycle=place.cycle, unit=other, state="county_review", applied_star=4)
    place.check = lay_before_departments(place)
    return place


def test_the_minutes_tell_what_each_department_answered_and_who_signed(recommended):
    place = recommended
    unit = f"{place.township.name} {place.application.unit.name}"
    veto = {"veto": "V1", "on": date(2026, 3, 5), "document": "新纪〔2026〕7号"}
    found = [CheckFinding(place.application.pk, **veto), CheckFinding(place.other.pk, **veto)]
    checks.answer(place.check, "纪委监委", found, by=place.discipline)
    checks.answer(place.check, "公安局", by=place.department)
    township_star(place)
    assert said(place) == [
        [
            "纪委监委",
            f"{unit}：V1 两委干部受党纪处分，发生于2026年3月5日，新纪〔2026〕7号\n此外，涉及本批次以外的单位：1项。",
            "discipline 2026年9月28日 10:00",
        ],
        ["公安局", "未发现问题。", f"{place.department.name} 2026年9月28日 10:00"],
    ]


def test_a_silence_that_was_noted_stands_in_the_minutes(recommended):
    township_star(recommended)
    assert [row[1] for row in said(recommended)] == ["部门未答复。", "部门未答复。"]
    with freeze_time("2027-01-04T02:00:00Z"):
        checks.note_lapse(recommended.check, "公安局", by=recommended.county_office, note="两次电话催办未复")
        assert said(recommended)[1] == ["公安局", "逾期未答复：两次电话催办未复", "county_office 2027年1月4日 10:00"]


def test_what_a_department_corrects_after_the_release_changes_nothing_in_the_minutes(recommended):
    place = recommended
    checks.answer(place.check, "纪委监委", by=place.discipline)
    checks.answer(place.check, "公安局", by=place.department)
    township_star(place)
    before = said(place)
    place.batch = batches.release(place.batch, by=place.county_office)
    with freeze_time("2026-09-29T02:00:00Z"):
        late = [CheckFinding(place.other.pk, "V1", date(2026, 3, 5), "新公〔2026〕7号")]
        checks.answer(place.check, "公安局", late, by=place.department, reason="漏报")
    assert said(place) == before


def test_a_batch_whose_villages_no_department_was_asked_about_says_so(recommended):
    township_star(recommended)
    empty = batches.prepare(
        recommended.cycle,
        recommended.county,
        "county",
        met_on=date(2026, 9, 28),
        document="2",
        by=recommended.county_office,
        decided=[],
    )
    texts = [
        block.text for block in blocks(empty, [], [], answered_by_then(empty, moment(empty))) if isinstance(block, Text)
    ]
    assert "本批次的单位未提交部门联审。" in texts


@pytest.mark.django_db(transaction=True)
def test_the_minutes_carry_the_newest_head_of_the_chain(met):
    texts = [b.text for b in blocks(met.batch, [], [], {}) if isinstance(b, Text)]
    head = Head.newest()
    number, hashed, at = head.line.split(" · ")
    assert texts[-1].replace(" ", "") == f"{number}·{hashed}·{at}"
    exported = "\n".join(["pingxing-head/1", f"number {number}", f"hash {hashed}", f"at {at}"])
    assert Head.read(exported) == head


def test_a_decision_on_appeal_is_not_what_the_meeting_decided(met):
    batch = batches.release(met.batch, by=met.township_office)
    appeal = appeals.make_appeal(met.decision, reasons="得分够三星。", by=met.signer)
    appeals.convene(appeal, [met.county_reviewer], by=met.county_office)
    with freeze_time("2026-10-12T02:00:00Z"):
        words = {"document": "新评复〔2026〕1号", "answer": "理由成立。"}
        new = appeals.uphold(appeal, star=3, by=met.county_reviewer, **words)
    assert set(batch.entries.values_list("decision", flat=True)) == {met.decision.pk, new.pk}
    assert list(decided(batch)) == [met.decision]
