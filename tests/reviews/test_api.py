"""The API of reviews: the pages' rules apply there too."""

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.roles import Role
from ratings.models import Decision
from reviews.models import Objection, Sheet
from reviews.workflow import batches, decisions
from tests.clients import api_of
from tests.factories import COUNTY, TOWNSHIP, AppointmentFactory, DecisionFactory, person
from tests.reviews.conftest import GOOD, SOUND, prepare, score, score_township
from tests.small_files import PNG


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


def said(facts=GOOD) -> dict:
    return {
        "entries": [
            {"item": item, "value": str(value), "reason": "现场查看" if item == "2.2" else ""}
            for item, value in facts.items()
        ]
    }


def test_a_reviewer_scores_and_hands_in_the_own_sheet_alone(place):
    mine = Sheet.objects.get(reviewer=place.township_reviewer)
    other = Sheet.objects.get(reviewer=place.township_reviewer_b)
    client = api_of(place.township_reviewer)
    assert [sheet["id"] for sheet in client.get("/api/v1/sheets/").json()["results"]] == [mine.pk]
    assert client.get(f"/api/v1/sheets/{other.pk}/").status_code == 404
    assert client.put(f"/api/v1/sheets/{other.pk}/entries/", said(), format="json").status_code == 404
    wrong = client.put(f"/api/v1/sheets/{mine.pk}/entries/", said(GOOD | {"2.2": "8.3"}), format="json")
    assert (wrong.status_code, list(wrong.json()["problems"])) == (400, ["2.2"])
    assert client.post(f"/api/v1/sheets/{mine.pk}/hand_in/").status_code == 400
    assert client.put(f"/api/v1/sheets/{mine.pk}/entries/", said(), format="json").status_code == 200
    assert client.post(f"/api/v1/sheets/{mine.pk}/hand_in/").status_code == 204
    assert client.post(f"/api/v1/sheets/{mine.pk}/hand_in/").status_code == 409
    assert client.post(f"/api/v1/sheets/{other.pk}/recuse/", {"reason": "x"}).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"), [("93.12345", "93.12345"), ("89.99999999995", "90"), ("89.99999999994", "89.9999999999")]
)
def test_a_reviewers_figure_keeps_ten_decimals(place, given, kept):
    sheet = Sheet.objects.get(reviewer=place.township_reviewer)
    body = {"entries": [{"item": "1.2", "value": given, "reason": "现场查看"}]}
    answer = api_of(place.township_reviewer).put(f"/api/v1/sheets/{sheet.pk}/entries/", body, format="json")
    assert [entry["value"] for entry in answer.json()["entries"]] == [kept]


def test_panels_are_convened_by_their_office(place):
    names = ["township_reviewer", "township_reviewer_b"]
    body = {"cycle": place.cycle.pk, "unit": TOWNSHIP, "stage": "township", "reviewers": names}
    convened = api_of(place.township_office).post("/api/v1/panels/", body, format="json").json()
    assert sorted(convened["reviewers"]) == names
    assert api_of(place.county_office).post("/api/v1/panels/", body, format="json").status_code == 404
    assert [panel["id"] for panel in api_of(place.township_reviewer).get("/api/v1/panels/").json()["results"]] == [
        place.panel.pk
    ]
    assert api_of(place.filler).get("/api/v1/panels/").status_code == 404


def test_the_leader_decides_and_others_find_nothing(place):
    score_township(place, SOUND)
    url = f"/api/v1/verdicts/{place.application.pk}/decide/"
    for other in (place.township_office, place.county_office, place.filler, place.township_leader2):
        assert api_of(other).post(url, {"star": 3}).status_code == 404
    assert api_of(place.township_leader).post(url, {"star": 4}).status_code == 400
    assert api_of(place.township_leader).post(url, {"star": 3}).status_code == 201
    assert api_of(place.township_leader).post(url, {"star": 3}).status_code == 409
    assert Decision.objects.count() == 1


def test_who_sees_a_decision_of_another_level_by_a_second_post_decides_nothing_there(place):
    score_township(place, SOUND)
    decisions.decide(place.application, star=3, by=place.township_leader)
    both = person(Role.COUNTY_OFFICE, COUNTY)
    AppointmentFactory(role=Role.TOWNSHIP_OFFICE, unit_id=TOWNSHIP, user=both)
    for step, whole in (
        ("reconsider", {"reason": "漏看材料"}),
        ("reject", {"reason": "漏看"}),
        ("decide", {"star": 3}),
    ):
        for body in ({}, whole):
            answer = api_of(both).post(f"/api/v1/verdicts/{place.application.pk}/{step}/", body)
            assert answer.status_code == 404
    again = api_of(place.township_leader).post(f"/api/v1/verdicts/{place.application.pk}/reconsider/", {"reason": "漏"})
    assert again.status_code == 204


def test_decisions_and_batches_stay_with_their_office_until_the_release(place):
    score_township(place, SOUND)
    decision = decisions.decide(place.application, star=3, by=place.township_leader)
    body = {"cycle": place.cycle.pk, "unit": TOWNSHIP, "stage": "township", "met_on": "2026-09-27", "document": "1号"}
    assert api_of(place.county_office).post("/api/v1/batches/", body).status_code == 404
    made = api_of(place.township_office).post("/api/v1/batches/", body)
    assert (made.status_code, made.json()["decisions"]) == (201, [decision.pk])
    outside = [place.filler, place.township_reviewer, place.county_office, place.discipline]
    asked = {user.username: api_of(user).get("/api/v1/batches/") for user in outside}
    assert {name: answer.status_code for name, answer in asked.items()} == {
        "filler": 404,
        "township_reviewer": 404,
        "county_office": 200,
        "discipline": 404,
    }
    assert asked["county_office"].json()["count"] == 0
    for user in outside:
        assert api_of(user).get("/api/v1/decisions/").json()["count"] == 0
        assert api_of(user).get(f"/api/v1/decisions/{decision.pk}/").status_code == 404
        assert api_of(user).post(f"/api/v1/batches/{made.json()['id']}/release/").status_code == 404
    assert api_of().get("/api/v1/notices/").json() == {"count": 0, "next": None, "previous": None, "results": []}
    for user in (place.township_leader, place.township_office):
        assert api_of(user).get("/api/v1/decisions/").json()["count"] == 1
    release = f"/api/v1/batches/{made.json()['id']}/release/"
    assert api_of(place.township_office).post(release).json()["last_day"] == "2026-10-10"
    assert api_of(place.township_office).post(release).status_code == 409
    for user in outside:
        assert api_of(user).get("/api/v1/decisions/").json()["count"] == 1
    notice = api_of().get(f"/api/v1/notices/{made.json()['id']}/").json()
    assert [one["star"] for one in notice["decisions"]] == [3]


def test_strangers_object_and_only_those_who_answer_read_it(place):
    score_township(place, SOUND)
    decision = decisions.decide(place.application, star=3, by=place.township_leader)
    body = {"decision": decision.pk, "text": "账目没有公开。", "name": "王某"}
    assert api_of().post("/api/v1/objections/", body).status_code == 404
    batches.release(prepare(place), by=place.township_office)
    receipt = api_of().post("/api/v1/objections/", body).json()["receipt"]
    objection = Objection.objects.get()
    assert api_of().get("/api/v1/objections/").status_code == 401
    assert api_of().get(f"/api/v1/objections/by-receipt/{receipt}/").json() == {
        "receipt": receipt,
        "state": "open",
        "answer": "",
    }
    for user in (place.township_leader, place.filler, place.discipline):
        assert api_of(user).get(f"/api/v1/objections/{objection.pk}/").status_code == 404
        assert api_of(user).post(f"/api/v1/objections/{objection.pk}/uphold/", {"answer": "x"}).status_code == 404
    assert api_of(place.township_office).get("/api/v1/objections/").json()["results"][0]["name"] == "王某"
    url = f"/api/v1/objections/{objection.pk}/dismiss/"
    assert api_of(place.township_office).post(url, {"answer": "已核实"}).status_code == 204
    assert api_of(place.township_office).post(url, {"answer": "已核实"}).status_code == 409


def test_a_photo_comes_with_an_objection(place):
    score_township(place, SOUND)
    decision = decisions.decide(place.application, star=3, by=place.township_leader)
    batches.release(prepare(place), by=place.township_office)
    body = {"decision": decision.pk, "text": "账目没有公开。"}
    wrong = api_of().post(
        "/api/v1/objections/", body | {"photo": SimpleUploadedFile("账.png", b"x")}, format="multipart"
    )
    assert (wrong.status_code, Objection.objects.exists()) == (400, False)
    sent = api_of().post("/api/v1/objections/", body | {"photo": SimpleUploadedFile("账.png", PNG)}, format="multipart")
    assert (sent.status_code, Objection.objects.get().photo.name) == (201, "账.png")


def test_sheets_of_the_others_are_not_in_any_answer_before_all_are_in(place):
    score(place.application, "township", place.township_reviewer_b, GOOD | {"2.2": 6.5})
    for user in (place.township_reviewer, place.township_leader, place.township_office, place.county_office):
        for url in ("/api/v1/sheets/", "/api/v1/panels/", "/api/v1/decisions/"):
            assert "6.5" not in api_of(user).get(url).content.decode()
    own = api_of(place.township_reviewer_b).get("/api/v1/sheets/").content.decode()
    assert "6.5" in own


def test_there_is_nothing_to_object_to_in_what_was_never_noticed(db):
    on_paper = DecisionFactory()
    assert api_of().post("/api/v1/objections/", {"decision": on_paper.pk, "text": "不实"}).status_code == 404
