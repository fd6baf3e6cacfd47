"""Applications and cycles over the API: every rule of the pages applies there too."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from rest_framework.test import APIClient

from accounts.roles import Role
from ratings.models import Answer, Application, Decision
from ratings.workflow.answers import version
from ratings.workflow.decision import DecidedStar, record
from tests.answers import WHOLE
from tests.clients import api_of
from tests.factories import COUNTY, NEIGHBOUR, TOWNSHIP, VILLAGE, CycleFactory, SchemeFactory, UnitFactory, at, person
from tests.records.test_files import EXE, PDF

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]
URL = "/api/v1/applications/"


def api(role, code=VILLAGE):
    return api_of(person(role, code))


@pytest.fixture
def filler():
    return api(Role.FILLER)


@pytest.fixture
def draft(filler):
    cycle = CycleFactory()
    begun = filler.post(URL, {"cycle": cycle.pk, "unit": UnitFactory(code=VILLAGE).code}, format="json")
    assert (begun.status_code, begun.json()["state"], begun.json()["actions"]) == (201, "draft", ["fill"])
    return f"{URL}{begun.json()['id']}/"


def filled(client, draft, **changes):
    answers = [{"item": item, "typed": typed, "reason": reason} for item, (typed, reason) in (WHOLE | changes).items()]
    assert client.post(f"{draft}star/", {"star": 4}, format="json").status_code == 200
    return client.post(f"{draft}answers/", {"answers": answers}, format="json")


def test_an_application_goes_its_way(filler, draft):
    assert {row["item"] for row in filled(filler, draft).json()} == set(WHOLE)
    sent = api(Role.SIGNER).post(f"{draft}submit/")
    assert (sent.status_code, sent.json()["state"], sent.json()["self_total"]) == (200, "submitted", "38.50")
    office = api(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    assert office.post(f"{draft}accept/").json()["state"] == "township_review"
    back = office.post(
        f"{draft}return/", {"criteria": {"1.2": "请核对"}, "due": at(2026, 4, 9).isoformat()}, format="json"
    ).json()
    assert (back["state"], [c["code"] for c in back["criteria"] if c["returned"]]) == ("returned", ["1.2"])
    locked = filler.post(f"{draft}answers/", {"answers": [{"item": "1.1.a", "typed": "0"}]}, format="json")
    assert locked.status_code == 409
    (kept,) = filler.post(f"{draft}answers/", {"answers": [{"item": "1.2", "typed": "93"}]}, format="json").json()
    assert kept == {"item": "1.2", "problem": "", "refused": False, "version": version(Answer.objects.get(item="1.2"))}
    assert api(Role.SIGNER).post(f"{draft}resubmit/").json()["state"] == "township_review"
    gone = api(Role.SIGNER).post(f"{draft}withdraw/", {"reason": "重新核对"}, format="json").json()
    assert (gone["state"], gone["transitions"][-1]["reason"]) == ("draft", "重新核对")


@pytest.mark.parametrize(
    ("typed", "value"), [("93.12345", "93.12345"), ("89.99999999995", "90"), ("89.99999999994", "89.9999999999")]
)
def test_a_figure_keeps_ten_decimals(filler, draft, typed, value):
    assert filled(filler, draft, **{"1.2": (typed, "")}).json()[0]["problem"] == ""
    answers = {a["item"]: a for c in filler.get(draft).json()["criteria"] for a in c["answers"]}
    assert (answers["1.2"]["typed"], answers["1.2"]["value"]) == (typed, value)


@pytest.mark.parametrize("step", ["submit", "resubmit", "withdraw", "accept", "return", "star", "answers"])
def test_a_field_that_a_step_does_not_know_is_an_error(filler, draft, step):
    person = filler if step in ("star", "answers") else api(Role.SIGNER)
    person = api(Role.TOWNSHIP_OFFICE, TOWNSHIP) if step in ("accept", "return") else person
    refused = person.post(f"{draft}{step}/", {"bonus": "5"}, format="json")
    assert (refused.status_code, "bonus" in str(refused.json())) == (400, True)


def test_what_is_missing_is_told_by_item(filler, draft):
    filled(filler, draft, **{"1.2": ("4.5万", "")})
    refused = api(Role.SIGNER).post(f"{draft}submit/")
    assert (refused.status_code, list(refused.json()["problems"])) == (400, ["1.2"])


def test_a_step_too_late_is_409_and_one_that_is_not_yours_404(filler, draft):
    assert filler.post(f"{draft}submit/").status_code == 404
    assert api(Role.TOWNSHIP_OFFICE, TOWNSHIP).post(f"{draft}accept/").status_code == 409
    stranger = api(Role.FILLER, NEIGHBOUR)
    assert stranger.get(draft).status_code == stranger.post(f"{draft}submit/").status_code == 404
    assert stranger.get(URL).json()["count"] == 0
    assert APIClient().get(URL).status_code == 401


def test_evidence_comes_and_goes(filler, draft):
    sent = filler.post(f"{draft}evidence/", {"criterion": "1.2", "file": SimpleUploadedFile("表.pdf", PDF)})
    assert (sent.status_code, sent.json()["kind"]) == (201, "application/pdf")
    wrong = filler.post(f"{draft}evidence/", {"criterion": "1.2", "file": SimpleUploadedFile("表.pdf", EXE)})
    assert (wrong.status_code, list(wrong.json())) == (400, ["detail", "problems"])
    one = f"/api/v1/evidence/{sent.json()['id']}/"
    assert api(Role.FILLER, NEIGHBOUR).delete(one).status_code == 404
    assert api(Role.DISCIPLINE, COUNTY).get(one).status_code == 200
    assert api(Role.DISCIPLINE, COUNTY).delete(one).status_code == 404
    assert filler.delete(one).status_code == 204


def test_a_decision_is_not_seen_before_its_release(filler, draft):
    filled(filler, draft)
    api(Role.SIGNER).post(f"{draft}submit/")
    api(Role.TOWNSHIP_OFFICE, TOWNSHIP).post(f"{draft}accept/")
    record(
        [DecidedStar(Application.objects.get().pk, 3, "")], Decision.Origin.TOWNSHIP, verb="decide_township", by=None
    )
    assert api(Role.TOWNSHIP_LEADER, TOWNSHIP).get(draft).json()["state"] == "decided"
    for reader in (filler, api(Role.DISCIPLINE, COUNTY)):
        seen = reader.get(draft).json()
        assert (seen["state"], seen["transitions"][-1]["verb"]) == ("township_review", "accept")
        assert reader.get(URL, {"state": "decided"}).json()["count"] == 0
        assert reader.get(URL, {"state": "township_review"}).json()["count"] == 1
    gone = api(Role.SIGNER).post(f"{draft}withdraw/", {"reason": "不报了"}, format="json")
    assert gone.status_code == 200  # just as before the decision
    assert [step["verb"] for step in gone.json()["transitions"]][-2:] == ["accept", "withdraw"]


def test_a_county_runs_its_cycle():
    office = api(Role.COUNTY_OFFICE, COUNTY)
    scheme = SchemeFactory()
    times = [
        {"step": step, "opens": at(2026, 1, 1).isoformat(), "closes": at(2026, 12, 1).isoformat()}
        for step in ("apply", "township_review", "county_review")
    ]
    body = {"scheme": scheme.pk, "facts_until": "2026-12-31", "windows": times}
    assert api(Role.COUNTY_OFFICE, "330681").post("/api/v1/cycles/", body, format="json").status_code == 404
    opened = office.post("/api/v1/cycles/", body, format="json")
    assert (opened.status_code, opened.json()["state"]) == (201, "open")
    assert office.post("/api/v1/cycles/", body, format="json").status_code == 409
    one = f"/api/v1/cycles/{opened.json()['id']}/"
    assert api(Role.FILLER).get(one).status_code == 200
    assert api(Role.FILLER).post(f"{one}close/").status_code == 404
    moved = office.post(f"{one}windows/", {"windows": times[:1]}, format="json")
    assert len(moved.json()["windows"]) == 3
    assert office.post(f"{one}close-scoring/").json()["scoring_closed_at"] is not None
    closing = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}
    assert office.post(f"{one}close/", closing, format="json").json()["state"] == "closed"
    assert office.post(f"{one}close/", closing, format="json").status_code == 409
