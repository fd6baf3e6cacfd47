"""Why this star, on the page and in the file: each step, for its readers, and nothing before the release."""

from datetime import timedelta
from hashlib import sha256

import pytest
from django.db import connection
from django.urls import reverse
from django.utils import timezone

from ratings.application.access import opened
from ratings.models import Decision, Evidence
from ratings.workflow import application as applying
from records.models import IssuedDocument, Seal
from records.seal_lookup import seals_of_last_change
from reviews.results import result_paper
from reviews.results.result import Result
from reviews.workflow import appeals, batches, confirmation, objections
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import AnswerFactory, StoredFileFactory
from tests.reviews.conftest import GOOD, prepare
from tests.reviews.test_notice_pages import object_to
from tests.reviews.test_pages import LOCMEM, get, text


def told(user, application) -> dict[str, list[tuple]]:
    """By section, the titles with their lines."""
    result = Result(opened(user, application.pk), user)
    return {title: [(step.title, *step.lines) for step in steps] for title, steps in result.chapters}


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.LANGUAGE_CODE = "en"
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False


def seal_now():
    """What waits for the end of a transaction happens now."""
    with connection.cursor() as cursor:
        cursor.execute("set constraints all immediate; set constraints all deferred")


def test_every_chapter_of_a_confirmed_star(released):
    with freeze_time("2026-10-12T01:00:00Z"):
        confirmation.confirm_due()
        chapters = told(released.signer, released.application)
        page = text(get(released.signer, "result", released.application.pk))
    assert list(chapters) == [
        "The unit's own facts",
        "The panel",
        "The decision",
        "Public notice and objections",
        "Since then",
    ]
    assert [step[0] for step in chapters["The panel"]] == ["Facts became points: the panel's 31.00"]
    assert chapters["The decision"][0][0] == "Township decided: Three stars"
    assert "No veto item applies." in chapters["The decision"][0]
    assert [step[0] for step in chapters["Since then"]] == ["From this day: Three stars"]
    assert reverse("result_file", args=[released.application.pk]) in page


@pytest.mark.django_db(transaction=True)
def test_a_return_says_what_was_asked_and_what_was_changed(place):
    application = place.application
    for item, value in GOOD.items():
        AnswerFactory(application=application, item=item, value=value, reason="现场", by=place.filler)
    applying.return_(
        application, {"1.2": "与台账不符"}, due=timezone.now() + timedelta(days=2), by=place.township_office
    )
    *_, asked = told(place.signer, application)["The unit's own facts"]
    assert (asked[0], asked[2:]) == ("Returned for correction", ("1.2: 与台账不符",))
    application.answers.filter(item="1.2").update(typed="91", value=91)
    application.refresh_from_db()
    applying.resubmit(application, by=place.signer)
    result = Result(opened(place.signer, application.pk), place.signer)
    *_, returned, back = dict(result.chapters)["The unit's own facts"]
    name, reason, changes = returned.grids[0].rows[0]
    assert (name[:3], reason, changes.rpartition(": ")[2], back.title) == (
        "1.2",
        "与台账不符",
        "96 → 91",
        "Corrections handed back",
    )


def test_objections_are_told_with_their_answers_and_without_who_made_them(released):
    object_to(released, name="王某", contact="13800000000")
    objection = released.decision.objections.get()
    with freeze_time("2026-09-29T02:00:00Z"):
        objections.dismiss(objection, by=released.township_office, answer="账目已于九月公开。")
    page = text(get(released.signer, "result", released.application.pk))
    steps = told(released.signer, released.application)["Public notice and objections"]
    assert steps[-1] == ("An objection was looked into and not upheld", "Answer: 账目已于九月公开。")
    assert [secret for secret in ("王某", "13800000000") if secret in page] == []


@pytest.mark.parametrize("name", ["filler", "township_reviewer", "county_office", "discipline"])
def test_before_the_release_page_and_file_tell_others_nothing_of_the_decision(decided, name):
    prepare(decided)
    chapters = told(getattr(decided, name), decided.application)
    assert [title for title in ("The panel", "The decision") if title in chapters] == []
    user = getattr(decided, name)
    paper = result_paper.blocks(Result(opened(user, decided.application.pk), user))
    words = str([block.as_data() for block in paper])
    assert [leak for leak in ("31.00", "Three stars", "Proof") if leak in words] == []
    assert "31.00" in str(told(decided.township_leader, decided.application))


def test_the_file_tells_all_of_the_page_with_the_evidence_and_the_seal(released):
    stored = StoredFileFactory(name="公开照片.png", sha256=sha256(b"x").hexdigest())
    Evidence.objects.create(application=released.application, criterion="1.1", file=stored)
    seal_now()
    answer = client_of(released.signer).get(reverse("result_file", args=[released.application.pk]))
    content = b"".join(answer.streaming_content)
    assert (answer.status_code, answer["Content-Type"], content[:5]) == (200, "application/pdf", b"%PDF-")
    paper = IssuedDocument.objects.get()
    assert (paper.title, paper.unit, paper.by) == (
        "How the rating of 2026 came about",
        released.application.unit_id,
        released.signer,
    )
    result = Result(opened(released.signer, released.application.pk), released.signer)
    words = " ".join(str(block.as_data()) for block in result_paper.blocks(result)).replace(" ", "")
    for title, steps in result.chapters:
        assert title.replace(" ", "") in words
        assert [step.title for step in steps if step.title.replace(" ", "") not in words] == []
    assert [part for part in ("公开照片.png", stored.sha256, result.seal.hash) if part not in words] == []


def test_others_find_neither_page_nor_file(released):
    for name in ("result", "result_file"):
        address = reverse(name, args=[released.application.pk])
        assert client_of(released.township_leader2).get(address).status_code == 404


def test_the_seal_is_that_of_the_last_change(decided):
    seal_now()
    first = seals_of_last_change(Decision, decided.decision.pk).first()
    batches.release(prepare(decided), by=decided.township_office)
    seal_now()
    last = seals_of_last_change(Decision, decided.decision.pk).first()
    assert first.number < last.number
    assert last == Seal.objects.order_by("number").last()


def test_an_open_appeal_is_known_to_the_village_and_those_who_handle_it(released):
    appeal = appeals.make_appeal(released.decision, reasons="台账漏看了。", by=released.signer)
    everybody = ("signer", "filler", "township_leader", "county_office", "county_reviewer", "department")

    def know():
        return [name for name in everybody if told(getattr(released, name), released.application).get("Appeal")]

    assert know() == ["signer", "filler", "township_leader", "county_office"]
    appeals.convene(appeal, [released.county_reviewer], by=released.county_office)
    assert know() == ["signer", "filler", "township_leader", "county_office", "county_reviewer"]
    appeals.dismiss(appeal, by=released.county_reviewer, answer="维持")
    assert know() == list(everybody)
