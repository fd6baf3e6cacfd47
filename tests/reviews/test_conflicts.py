"""Conflicts of interest and authority (practice §3), each tried on its page and over the API: both refuse."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Evidence, Points, Stage
from records.files import store
from reviews.models import Settlement, Sheet
from reviews.workflow import decisions, panels, settlements, sheets
from tests.answers import save_answer
from tests.clients import api_of, client_of
from tests.factories import (
    TOWNSHIP,
    ApplicationFactory,
    AppointmentFactory,
    UnitFactory,
    person,
    walk,
)
from tests.reviews.conftest import GOOD, PLAIN, score, score_township
from tests.reviews.test_api import said
from tests.reviews.test_pages import LOCMEM, fields
from tests.small_files import PNG


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.CACHES, settings.SECOND_FACTOR_REQUIRED, settings.MEDIA_ROOT = LOCMEM, False, tmp_path
    cache.clear()


def laid(application, reviewer, stage=Stage.TOWNSHIP) -> Sheet:
    return Sheet.objects.get(application=application, reviewer=reviewer, stage=stage)


def tries(sheet: Sheet, reviewer) -> dict[str, int]:
    """The responses to a reviewer who saves the sheet and hands it in, by page and over the API."""
    page, program = client_of(reviewer), api_of(reviewer)
    address = reverse("review_sheet", args=[sheet.pk])
    answers = {
        "page": page.post(f"{address}?area=1", fields() | {"do": "save"}),
        "save": program.put(f"/api/v1/sheets/{sheet.pk}/entries/", said(), format="json"),
        "hand in": program.post(f"/api/v1/sheets/{sheet.pk}/hand_in/"),
    }
    return {way: answer.status_code for way, answer in answers.items()}


def tied(reviewer, application) -> Sheet:
    """The reviewer's sheet of an application that has just come under the township's review; it is recused from
    the start."""
    sheet = laid(application, reviewer)
    assert (sheet.state, bool(sheet.reason)) == ("recused", True)
    return sheet


def draft(place, **fields):
    return ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=f"{TOWNSHIP}207"), **fields)


def before_township(application) -> None:
    application.__class__.objects.filter(pk=application.pk).update(submitted_at="2026-03-01T00:00Z")
    walk(application, "submitted", "township_review")


NOTHING = {"page": 404, "save": 404, "hand in": 404}
LATE = {"page": 409, "save": 409, "hand in": 409}


@pytest.mark.parametrize("hand", ["filled_by", "signed_by"])
def test_filler_and_signer_do_not_review(place, hand):
    application = draft(place, **{hand: place.township_reviewer})
    before_township(application)
    assert tries(tied(place.township_reviewer, application), place.township_reviewer) == NOTHING


def test_who_filled_in_on_behalf_does_not_review_even_if_the_village_went_on(place):
    both = place.township_reviewer
    AppointmentFactory(user=both, role=Role.TOWNSHIP_OFFICE, unit=place.township)
    villager = person(Role.FILLER, f"{TOWNSHIP}207")
    application = draft(place)
    save_answer(application, "1.2", "96", by=type(both).objects.get(pk=both.pk))
    save_answer(application, "1.2", "95", by=villager)
    application.refresh_from_db()
    assert (application.filled_by, application.answers.get().by, application.on_behalf) == (both, villager, True)
    before_township(application)
    assert tries(tied(both, application), both) == NOTHING


@pytest.mark.parametrize("taken_off", [False, True])
def test_who_only_attached_evidence_does_not_review(place, taken_off):
    application = draft(place)
    photo = store(SimpleUploadedFile("现场.png", PNG), by=place.township_reviewer)
    piece = Evidence.objects.create(application=application, criterion="1.1", file=photo)
    if taken_off:
        piece.delete()
    before_township(application)
    assert tries(tied(place.township_reviewer, application), place.township_reviewer) == NOTHING
    assert laid(application, place.township_reviewer_b).state == "open"


def test_a_leader_who_recommended_does_not_sit_on_the_county_panel_for_it(place):
    leader = place.township_leader
    AppointmentFactory(user=leader, role=Role.COUNTY_REVIEWER, unit=place.county)
    seated = [place.county_reviewer, place.county_reviewer_b, leader]
    panels.convene(place.cycle, place.county, Stage.COUNTY, seated, by=place.county_office)
    score_township(place)
    decisions.recommend(place.application, star=3, by=leader)
    sheet = laid(place.application, leader, Stage.COUNTY)
    assert sheet.state == "recused"
    assert tries(sheet, leader) == NOTHING


def test_a_township_reviewer_does_not_score_again_for_the_county(place):
    both = place.township_reviewer
    AppointmentFactory(user=both, role=Role.COUNTY_REVIEWER, unit=place.county)
    seated = [place.county_reviewer, place.county_reviewer_b, both]
    panels.convene(place.cycle, place.county, Stage.COUNTY, seated, by=place.county_office)
    score_township(place)
    decisions.recommend(place.application, star=3, by=place.township_leader)
    sheet = laid(place.application, both, Stage.COUNTY)
    assert (sheet.state, tries(sheet, both)) == ("recused", NOTHING)


def test_a_replaced_reviewers_late_sheet_is_refused(place):
    late = place.township_reviewer_b
    sheet = laid(place.application, late)
    sheets.save(sheet, {}, by=late)
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)
    pair = [place.township_reviewer, third]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, pair, by=place.township_office, reason="调离")
    assert tries(sheet, late) == LATE
    for reviewer in pair:
        score(place.application, "township", reviewer)
    assert client_of(late).get(reverse("review_application", args=[place.application.pk])).status_code == 404
    assert Points.objects.filter(application=place.application, stage="township").exists()


def test_nobody_reads_the_sheet_of_another_before_all_are_in(place):
    score(place.application, "township", place.township_reviewer_b, PLAIN)
    theirs, reader = laid(place.application, place.township_reviewer_b), place.township_reviewer
    assert client_of(reader).get(reverse("review_sheet", args=[theirs.pk])).status_code == 404
    assert client_of(reader).get(reverse("review_application", args=[place.application.pk])).status_code == 404
    assert api_of(reader).get(f"/api/v1/sheets/{theirs.pk}/").status_code == 404
    assert api_of(reader).get("/api/v1/settlements/").json()["count"] == 0


def test_a_reviewer_of_another_township_finds_nothing(place):
    stranger, sheet = person(Role.TOWNSHIP_REVIEWER, "330624109"), laid(place.application, place.township_reviewer)
    assert tries(sheet, stranger) == NOTHING
    assert client_of(stranger).get(reverse("review_sheet", args=[sheet.pk])).status_code == 404
    assert api_of(stranger).get("/api/v1/sheets/").json()["count"] == 0


@pytest.mark.parametrize("verb", ["recuse", "abstain"])
def test_who_has_stepped_back_writes_no_more_and_does_not_come_back(place, verb):
    sheet, reviewer = laid(place.application, place.township_reviewer), place.township_reviewer
    page = client_of(reviewer)
    assert page.post(reverse(f"review_{verb}", args=[sheet.pk]), {"reason": "亲属在该村"}).status_code == 302
    assert tries(sheet, reviewer) == LATE
    for again in ("recuse", "abstain"):
        page.post(reverse(f"review_{again}", args=[sheet.pk]), {"reason": "x"})
        assert api_of(reviewer).post(f"/api/v1/sheets/{sheet.pk}/{again}/", {"reason": "x"}).status_code == 409
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == (f"{verb}d" if verb == "recuse" else "abstained", "亲属在该村")


def test_a_tie_is_declared_in_one_click_over_the_api_too(place):
    sheet, other = (laid(place.application, r) for r in (place.township_reviewer, place.township_reviewer_b))
    assert client_of(place.township_reviewer).post(reverse("review_recuse", args=[sheet.pk])).status_code == 302
    assert api_of(place.township_reviewer_b).post(f"/api/v1/sheets/{other.pk}/recuse/").status_code == 204
    assert set(place.application.sheets.values_list("state", flat=True)) == {"recused"}


def test_nothing_is_written_after_handing_in(place):
    score(place.application, "township", place.township_reviewer)
    assert tries(laid(place.application, place.township_reviewer), place.township_reviewer) == LATE


def test_a_note_is_signed_once_and_added_to_with_a_reason(place):
    score(place.application, "township", place.township_reviewer, GOOD)
    score(place.application, "township", place.township_reviewer_b, PLAIN)
    pk = Settlement.objects.get().pk
    page, program = client_of(place.township_reviewer), api_of(place.township_reviewer)
    shown = reverse("review_application", args=[place.application.pk])
    stale = page.get(shown).context["settlements"][0].key
    assert "页面已过期" in page.post(reverse("review_settle", args=[pk]), {"note": "按"}, follow=True).text
    assert program.post(f"/api/v1/settlements/{pk}/settle/", {"note": "按平均计。"}).status_code == 204
    assert program.post(f"/api/v1/settlements/{pk}/settle/", {"note": "改过"}).status_code == 409
    told = page.post(reverse("review_settle", args=[pk]), {"note": "改过", "key": stale})
    assert (told.status_code, told.context["written"]) == (409, ["改过"])
    assert Settlement.objects.get().note == "按平均计。"
    assert program.post(f"/api/v1/settlements/{pk}/add/", {"note": "又看过"}).status_code == 400
    added = {"note": "又看过", "reason": "漏记", "key": page.get(shown).context["settlements"][0].key}
    address = reverse("review_settlement_add", args=[pk])
    page.post(address, added | {"points": "3"})
    assert page.get(shown).text.count("又看过") == 0
    assert [page.post(address, added).status_code for _click in range(2)] == [302, 302]
    answer = program.get(f"/api/v1/settlements/{pk}/").json()
    assert (answer["note"], [one["note"] for one in answer["addenda"]]) == ("按平均计。", ["又看过"])
    assert page.get(reverse("review_application", args=[place.application.pk])).content.decode().count("又看过") == 1
    for other in (place.county_reviewer, place.filler, place.township_leader):
        assert api_of(other).post(f"/api/v1/settlements/{pk}/settle/", {"note": "x"}).status_code == 404


def test_convening_does_not_tell_whether_a_name_exists(place):
    """An account elsewhere, one here without the role, and none at all: the same response."""
    person(Role.TOWNSHIP_REVIEWER, "330624109", username="elsewhere")
    body = {"cycle": place.cycle.pk, "unit": TOWNSHIP, "stage": "township"}
    answers = [
        api_of(place.township_office).post(
            "/api/v1/panels/", body | {"reviewers": ["township_reviewer", name]}, format="json"
        )
        for name in ("elsewhere", "filler", "nobody-at-all", "county_reviewer")
    ]
    assert {answer.status_code for answer in answers} == {400}
    assert len({answer.content for answer in answers}) == 1


def test_windows_bind_page_and_api_alike(place):
    place.cycle.windows.filter(step="township_review").update(closes="2026-09-27T16:00Z")
    sheet = laid(place.application, place.township_reviewer)
    assert tries(sheet, place.township_reviewer) == LATE
    assert settlements.may_write(place.county_office, place.application, panels.REVIEW_LEVELS["township"]) is False
