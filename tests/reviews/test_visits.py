"""Scoring on the spot: criteria saved one by one, offline input saved once, photos as evidence."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Stage
from records.refusals import Incomplete, WrongState
from reviews.models import Sheet
from reviews.presenters.visit import on_the_spot
from reviews.sheets.score_sheet_form import version
from reviews.workflow import panels, photos, sheets, visits
from reviews.workflow.sheets import entries_of
from reviews.workflow.visits import SavedScores, TypedField
from tests.clients import api_of
from tests.factories import TOWNSHIP, AnswerFactory, person
from tests.reviews.conftest import GOOD, entries, score
from tests.small_files import PNG

TWO = {"1.1.a": 2}
"""What the village says to 1.1."""


@pytest.fixture(autouse=True)
def _plain(settings, tmp_path):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def sheet(place):
    AnswerFactory(application=place.application, item="1.1.a", value=TWO["1.1.a"])
    return Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)


@pytest.fixture
def by(place):
    return place.township_reviewer


def typed(points, why="班子齐心", **more) -> dict:
    return {"2.2": {"v.2.2": TypedField(points, **more), "why.2.2": TypedField(why, more.get("seen"))}}


def said(sheet) -> dict:
    return {entry.item: (float(entry.value), entry.reason) for entry in sheet.entries.all()}


def seen(sheet) -> str:
    """The version of 2.2 that a page would show now."""
    return version({item: entry for item, entry in entries_of([sheet.pk])[sheet.pk].items() if item == "2.2"})


def replace(place) -> None:
    others = [place.township_reviewer_b, person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, others, by=place.township_office, reason="调离")


def test_each_criterion_is_kept_for_itself_once_it_is_whole(sheet, by):
    assert visits.keep(sheet, typed("8", why=""), by=by) == {"2.2": SavedScores("请写明理由。", unfinished=True)}
    wrong = visits.keep(sheet, typed("8.3") | {"1.1": {"how.1.1": TypedField("agree")}}, by=by)
    assert (wrong["1.1"], wrong["2.2"].unfinished) == (SavedScores(), False)
    assert said(sheet) == {"1.1.a": (2, "")}
    assert visits.keep(sheet, typed("8"), by=by) == {"2.2": SavedScores()}
    assert said(sheet) == {"1.1.a": (2, ""), "2.2": (8, "班子齐心")}


def test_what_is_sent_twice_is_written_once(sheet, by):
    for _again in range(2):
        assert visits.keep(sheet, typed("8", seen=""), by=by) == {"2.2": SavedScores()}
    assert sheet.entries.get().history.count() == 1
    later = typed("7", seen="", sent=("8",))
    assert visits.keep(sheet, later, by=by) == {"2.2": SavedScores()}
    assert said(sheet) == {"2.2": (7, "班子齐心")}


def test_what_was_entered_at_the_desk_meanwhile_is_not_overwritten_unseen(sheet, by):
    before = seen(sheet)
    sheets.save(sheet, entries({"2.2": 5}), by=by)
    kept = visits.keep(sheet, typed("8", seen=before), by=by)["2.2"]
    assert (kept.taken, said(sheet)) == (True, {"2.2": (5, "现场查看")})
    assert visits.keep(sheet, typed("8", seen=seen(sheet)), by=by) == {"2.2": SavedScores()}
    assert said(sheet) == {"2.2": (8, "班子齐心")}


def test_a_sheet_that_was_handed_in_or_replaced_meanwhile_takes_nothing(place, sheet, by):
    photo = photos.attach(sheet, "2.2", SimpleUploadedFile("a.png", PNG), by=by)
    score(place.application, Stage.TOWNSHIP, by, GOOD | TWO)
    late = (
        lambda: visits.keep(sheet, typed("5"), by=by),
        lambda: photos.attach(sheet, "2.2", SimpleUploadedFile("b.png", PNG + b"b"), by=by),
        lambda: photos.detach(photo, by=by),
    )
    for closing in (None, replace):
        if closing:
            closing(place)
        for step in late:
            with pytest.raises(WrongState):
                step()
    assert (said(sheet)["2.2"], sheet.photos.count()) == ((8, "现场查看"), 1)


def test_photos_are_pictures_of_a_criterion_and_the_same_is_attached_once(settings, sheet, by):
    for _again in range(2):
        photos.attach(sheet, "2.2", SimpleUploadedFile("a.png", PNG), by=by)
    assert sheet.photos.get().file.name == "a.png"
    paper = b"%PDF-1.4\n%%EOF"
    for criterion, upload in (("9.9", ("a.png", PNG)), ("2.2", ("a.pdf", paper))):
        with pytest.raises(Incomplete):
            photos.attach(sheet, criterion, SimpleUploadedFile(*upload), by=by)
    settings.UPLOADS_PER_CRITERION = 1
    with pytest.raises(Incomplete):
        photos.attach(sheet, "2.2", SimpleUploadedFile("b.png", PNG + b"b"), by=by)
    photos.detach(sheet.photos.get(), by=by)
    assert sheet.photos.count() == 0


def test_on_the_spot_stands_what_is_checked_by_more_than_documents(place):
    criteria = list(place.cycle.scheme.spec.criteria)
    assert on_the_spot(criteria) == criteria
    seen_there = criteria[1].model_copy(update={"checks": ("documents", "visit")})
    papers = criteria[0].model_copy(update={"checks": ("documents",)})
    assert on_the_spot([papers, seen_there, criteria[2]]) == [seen_there]


def post(client, sheet, data, **more):
    return client.post(reverse("review_visit", args=[sheet.pk]), data, **more)


def test_the_page_keeps_everything_without_a_script(place, sheet, by, client):
    client.force_login(by)
    page = client.get(reverse("review_visit", args=[sheet.pk]))
    assert (page.status_code, page.content.decode().count('class="card criterion"')) == (200, 6)
    data = {"how.1.1": "agree", "v.1.1.a": "2", "v.2.2": "8", "photo:2.2": SimpleUploadedFile("a.png", PNG)}
    page = post(client, sheet, data)
    assert (page.status_code, 'value="8"' in page.content.decode()) == (200, True)
    assert (said(sheet), sheet.photos.count()) == ({"1.1.a": (2, "")}, 1)
    assert post(client, sheet, data | {"why.2.2": "班子齐心", "photo:2.2": []}).status_code == 302
    assert said(sheet) == {"1.1.a": (2, ""), "2.2": (8, "班子齐心")}
    assert post(client, sheet, {"detach": sheet.photos.get().pk, "how.1.1": "agree"}).status_code == 200
    assert sheet.photos.count() == 0
    score(place.application, Stage.TOWNSHIP, by, GOOD | TWO)
    late = post(client, sheet, {"v.2.2": "5", "why.2.2": "改"})
    assert (late.status_code, 'value="5"' in late.content.decode()) == (409, True)
    assert said(sheet)["2.2"] == (8, "现场查看")


def test_with_a_script_one_criterion_goes_and_its_state_comes_back(sheet, by, client):
    client.force_login(by)
    answer = post(client, sheet, {"criterion": "2.2", "v.2.2": "8", "why.2.2": "x"}, headers={"HX-Request": "true"})
    assert answer.content.decode().count('hx-swap-oob="true"') == 3
    assert said(sheet) == {"2.2": (8, "x")}
    sheets.save(sheet, entries({"2.2": 5}), by=by)
    stale = {"criterion": "2.2", "v.2.2": "7", "why.2.2": "x", "seen:2.2": ""}
    answer = post(client, sheet, stale, headers={"HX-Request": "true"}).content.decode()
    assert ("data-refused" in answer, 'name="mine"' in answer, said(sheet)) == (True, True, {"2.2": (5, "现场查看")})
    post(client, sheet, stale | {"mine": "2.2"}, headers={"HX-Request": "true"})
    assert said(sheet) == {"2.2": (7, "x")}


def test_over_the_api_what_waited_on_the_device_is_taken_once(place, sheet, by):
    api = api_of(by)
    door = f"/api/v1/sheets/{sheet.pk}/typed/"
    waited = [{"item": "v.2.2", "typed": "8", "seen": ""}, {"item": "why.2.2", "typed": "x", "seen": ""}]
    for _again in range(2):
        answer = api.post(door, {"answers": waited}, format="json")
        assert [row["refused"] for row in answer.json()] == [False, False]
    assert sheet.entries.get().history.count() == 1
    assert api.post(door, {"answers": [{"item": "v.9", "typed": "1"}]}, format="json").status_code == 400
    for _again in range(2):
        sent = {"criterion": "2.2", "file": SimpleUploadedFile("a.png", PNG)}
        assert api.post(f"/api/v1/sheets/{sheet.pk}/photos/", sent).status_code == 201
    assert sheet.photos.count() == 1
    other = Sheet.objects.get(application=place.application, reviewer=place.township_reviewer_b)
    for stranger in ("typed", "photos"):
        assert api.post(f"/api/v1/sheets/{other.pk}/{stranger}/", {}).status_code == 404
    replace(place)
    assert api.post(door, {"answers": waited}, format="json").status_code == 409


def test_a_photo_is_its_reviewers_until_all_sheets_are_in(place, sheet, by, client):
    photo = photos.attach(sheet, "2.2", SimpleUploadedFile("a.png", PNG), by=by)

    def finds(name: str) -> bool:
        client.force_login(getattr(place, name))
        return client.get(reverse("review_photo", args=[photo.pk])).status_code == 200

    everybody = ["township_reviewer", "township_reviewer_b", "township_leader", "township_office"]
    others = ["filler", "county_reviewer", "county_office", "township_leader2"]
    assert [name for name in everybody + others if finds(name)] == ["township_reviewer"]
    score(place.application, Stage.TOWNSHIP, by, GOOD | TWO)
    assert [name for name in everybody + others if finds(name)] == ["township_reviewer"]
    score(place.application, Stage.TOWNSHIP, place.township_reviewer_b, GOOD | TWO)
    assert [name for name in everybody + others if finds(name)] == everybody
    client.force_login(place.township_leader)
    page = client.get(reverse("review_application", args=[place.application.pk])).content.decode()
    assert page.count(reverse("review_photo", args=[photo.pk])) == 2


@pytest.mark.parametrize("name", ["township_reviewer_b", "filler", "township_leader", "county_reviewer"])
def test_the_form_on_the_spot_is_its_reviewers_alone(place, sheet, client, name):
    client.force_login(getattr(place, name))
    assert client.get(reverse("review_visit", args=[sheet.pk])).status_code == 404
    assert post(client, sheet, {"v.2.2": "5", "why.2.2": "x"}).status_code == 404
