"""An appeal on the pages, in the to-do lists and over the API."""

import re

import pgtrigger
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from ratings.models import Application, Decision
from reviews.models import Appeal
from reviews.todos.appeal_todos import entries
from reviews.workflow import appeals
from tests.clients import api_of, client_of
from tests.clock import freeze_time
from tests.factories import person
from tests.form_steps import key_of, listed
from tests.reviews.appeals.conftest import IN_FORCE, appeal_of, heard
from tests.small_files import PNG


@pytest.fixture
def plain(settings, tmp_path):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path


def titles(user):
    with translation.override("en"):
        return [str(todo.title) for todo in entries(User.objects.get(pk=user.pk))]


def test_to_do_lists_name_what_waits(released):
    assert titles(released.signer) == [f"{released.application.unit.name}: the result may be appealed"]
    assert titles(released.filler) == titles(released.county_office) == []
    appeal = appeal_of(released)
    assert titles(released.signer) == []
    assert titles(released.county_office) == ["1 appeal needs people to hear it"]
    appeals.convene(appeal, [released.county_reviewer], by=released.county_office)
    assert titles(released.county_office) == []
    assert titles(released.county_reviewer) == ["1 appeal to decide"]
    assert titles(released.county_reviewer_b) == []


def test_the_pages_lead_from_the_result_to_the_new_star(released, plain):
    signer, office = client_of(released.signer), client_of(released.county_office)
    make, result = (reverse(name, args=[released.application.pk]) for name in ("appeal_make", "result"))
    assert make in signer.get(result).content.decode()
    assert make not in client_of(released.filler).get(result).content.decode()
    empty = signer.post(make, {"reasons": " "})
    assert (empty.status_code, Appeal.objects.count()) == (200, 0)
    paper = SimpleUploadedFile("台账.png", PNG)
    sent = signer.post(make, {"reasons": "得分够三星。", "papers": [paper]})
    appeal = Appeal.objects.get()
    page = reverse("review_appeal", args=[appeal.pk])
    assert sent.headers["Location"] == page
    assert signer.get(make).headers["Location"] == result
    file = reverse("appeal_paper", args=[appeal.papers.get().pk])
    assert file in signer.get(page).content.decode()
    assert [client_of(user).get(file).status_code for user in (released.county_office, released.township_leader)] == [
        200,
        404,
    ]
    assert page in office.get(reverse("review_appeals")).content.decode()
    chosen = {"do": "convene", "hearers": [released.county_office.pk], "key": office.get(page).context["key"]}
    office.post(page, chosen)
    again = office.post(page, chosen, follow=True)  # a second click
    assert {str(message) for message in again.context["messages"]} == {"已通知审理人员。"}
    stale = office.get(page).context["key"]
    appeals.convene(Appeal.objects.get(), [released.county_reviewer], by=released.county_office)
    assert office.post(page, chosen | {"key": stale}).status_code == 409
    office.post(page, chosen | {"key": office.get(page).context["key"]})
    with freeze_time(IN_FORCE):
        office = client_of(released.county_office)
        given = {"do": "uphold", "star": "4", "document": "新评复1号", "answer": "理由成立。"}
        for typed in ("x", "NaN", "1E9"):
            refused = office.post(page, given | {"points.2.2": typed, "reason.2.2": "台账齐全"})
            assert (refused.status_code, Appeal.objects.get().state) == (200, "open")
        listing = office.post(page, given | {"star": "3", "points.2.2": "5", "reason.2.2": "台账齐全"})
        assert [label for label, text in listing.context["rows"] if text.endswith("台账齐全")] == ["2.2 班子团结"]
        assert office.post(page, listed(office, page, given | {"star": "3"})).headers["Location"] == page
        assert "新评复1号" in client_of(released.signer).get(page).content.decode()
        assert "新评复1号" in client_of(released.filler).get(result).content.decode()
        late = client_of(released.signer).post(make, {"reasons": "还要"})
        assert (late.status_code, late.context["written"], late.context["on"]) == (409, ["还要"], result)
    assert Appeal.objects.count() == 1


def clicks(client, address, given):
    """The messages for two clicks on the same button."""
    answers = [client.post(address, given, follow=True) for _click in range(2)]
    return [[(m.level_tag, str(m)) for m in answer.context["messages"]] for answer in answers]


def test_who_has_the_star_that_was_applied_for_gets_no_higher_one(released, plain):
    appeal = heard(released)
    with pgtrigger.ignore(), freeze_time(IN_FORCE):
        Application.objects.update(applied_star=released.decision.star)
        page = client_of(released.county_reviewer).get(reverse("review_appeal", args=[appeal.pk]))
    assert (page.context["stars"], 'value="uphold"' in page.text) == ([], False)
    assert "申报的就是二星，不能再高。" in page.text


@pytest.mark.parametrize(
    "given",
    [
        {"do": "dismiss", "answer": "复核无误。"},
        {"do": "uphold", "star": "3", "document": "新评复〔2026〕1号", "answer": "理由成立。"},
    ],
)
def test_a_second_click_ends_on_the_words_of_the_first(released, plain, given):
    make = reverse("appeal_make", args=[released.application.pk])
    first, second = clicks(client_of(released.signer), make, {"reasons": "得分够三星。"})
    assert first == second == [("success", first[0][1])]
    released.appeal = Appeal.objects.get()
    page = reverse("review_appeal", args=[released.appeal.pk])
    appeals.convene(released.appeal, [released.county_reviewer, released.county_office], by=released.county_office)
    with freeze_time(IN_FORCE):
        reviewer = client_of(released.county_reviewer)
        first, second = clicks(reviewer, page, listed(reviewer, page, given))
        assert first == second == [("success", first[0][1])]
        # a person who did not answer learns who was quicker
        other = client_of(released.county_office).post(page, given)
        assert (other.status_code, Appeal.objects.get().answered_by) != (302, released.county_office)
        assert released.county_reviewer == Appeal.objects.get().answered_by


def test_what_an_answer_changes_is_listed_and_confirmed_as_shown_or_not_at_all(released, plain):
    appeal = appeal_of(released)
    page = reverse("review_appeal", args=[appeal.pk])
    appeals.convene(appeal, [released.county_reviewer, released.county_office], by=released.county_office)
    with freeze_time(IN_FORCE):
        client, colleague = client_of(released.county_reviewer), client_of(released.county_office)
        given = {"do": "uphold", "star": "3", "document": "新评复1号", "answer": "理由成立。"}
        shown = client.post(page, given)
        words = re.sub(r"<[^>]*>|\s+", " ", shown.content.decode())
        assert (shown.status_code, Appeal.objects.get().state) == (200, "open")
        assert [said in words for said in ("新评复1号", "理由成立。", "三星")] == [True] * 3
        back = client.post(page, given | {"change": "yes"})
        assert ("理由成立。" in back.content.decode(), Appeal.objects.get().state) == (True, "open")
        stranger = {"key": key_of(shown, page), "confirmed": "yes"}
        assert (colleague.post(page, stranger).status_code, client.post(page, {"confirmed": "yes"}).status_code) == (
            409,
            409,
        )
        assert client.post(page, stranger | {"star": "5"}).status_code == 200
        colleague.post(page, listed(colleague, page, {"do": "dismiss", "answer": "维持。"}))
        late = client.post(page, stranger)
        assert (late.status_code, Appeal.objects.get().state) == (409, "dismissed")
        assert Decision.objects.count() == 1


@pytest.mark.parametrize("name", ["township_leader", "township_office", "county_reviewer", "discipline", "filler"])
def test_an_appeal_is_found_by_those_it_concerns_alone(released, plain, name):
    appeal = appeal_of(released)
    assert client_of(getattr(released, name)).get(reverse("review_appeal", args=[appeal.pk])).status_code == 404


def test_the_api_knows_the_same_rules(released, plain):
    given = {"application": released.application.pk, "reasons": "得分够三星。"}
    other = person(Role.SIGNER, "330624108205", username="next_signer")
    assert api_of(other).post("/api/v1/appeals/", given, format="json").status_code == 404
    assert api_of(released.filler).post("/api/v1/appeals/", given, format="json").status_code == 404
    made = api_of(released.signer).post("/api/v1/appeals/", given, format="json")
    assert (made.status_code, made.json()["state"]) == (201, "open")
    assert api_of(released.signer).post("/api/v1/appeals/", given, format="json").status_code == 409
    address = f"/api/v1/appeals/{made.json()['id']}/"
    assert api_of(other).get(address).status_code == 404
    office, reviewer = api_of(released.county_office), api_of(released.county_reviewer)
    for names in ([], ["nobody"], ["discipline"], ["township_leader"]):
        assert office.post(f"{address}convene/", {"hearers": names}, format="json").status_code == 400
    assert reviewer.get(address).status_code == 404
    assert office.post(f"{address}convene/", {"hearers": ["county_reviewer"]}, format="json").status_code == 204
    assert office.get(address).json()["hearers"] == ["county_reviewer"]
    words = {"star": 3, "document": "新评复1号", "answer": "理由成立。"}
    assert office.post(f"{address}uphold/", words, format="json").status_code == 404
    assert reviewer.post(f"{address}uphold/", words, format="json").status_code == 409
    with freeze_time(IN_FORCE):
        assert reviewer.post(f"{address}uphold/", words | {"star": 5}, format="json").status_code == 400
        assert reviewer.post(f"{address}uphold/", words | {"stars": 3}, format="json").status_code == 400
        upheld = reviewer.post(f"{address}uphold/", words, format="json")
        assert (upheld.status_code, upheld.json()["star"], upheld.json()["origin"]) == (201, 3, "appeal")
        assert reviewer.post(f"{address}dismiss/", {"answer": "维持"}, format="json").status_code == 409
