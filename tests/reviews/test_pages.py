"""The pages of reviews through HTTP: what each person sees, and what is not even in the source of a page."""

import re
from collections import Counter
from decimal import Decimal

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Absence, Decision, Evidence
from records.files import store
from reviews.models import Batch, Panel, Sheet
from reviews.workflow import batches, confirmation, decisions, panels, sheets
from tests.clients import client_of
from tests.clock import freeze_time
from tests.factories import (
    TOWNSHIP,
    AnswerFactory,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    StoredFileFactory,
    UnitFactory,
    person,
)
from tests.markup import squeezed
from tests.reviews.conftest import GOOD, PLAIN, SOUND, entries, prepare, score, score_county, score_township
from tests.small_files import PNG

LOCMEM = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


def get(user, name, *args, **params):
    """The page and its queries; every list stays within its limit (architecture §5)."""
    client = client_of(user) if user else Client()
    client.get("/notices/objections/")  # the first request of a session costs more
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(reverse(name, args=args), params)
    statements = Counter(query["sql"] for query in captured if "SAVEPOINT" not in query["sql"])
    assert len(captured) <= 12, "\n\n".join(query["sql"][:300] for query in captured)
    assert max(statements.values(), default=0) <= 2
    return answer


def text(answer) -> str:
    assert answer.status_code == 200, answer
    return answer.content.decode()


def fields(facts=GOOD, **changes) -> dict[str, str]:
    """A score sheet's form as the reviewer types it."""
    data = {f"v.{item}": str(value) for item, value in facts.items() if not (item.startswith("2.1") and not value)}
    return (
        data
        | {f"how.{code}": "change" for code in ("1.1", "1.2", "2.1", "B.1", "D.1")}
        | {f"why.{code}": "现场查看" for code in ("1.1", "1.2", "2.1", "2.2", "B.1", "D.1")}
        | changes
    )


@pytest.fixture
def sheet(place):
    return Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)


def test_a_reviewer_is_led_to_the_next_sheet_scores_area_by_area_and_hands_in(place, sheet):
    client = client_of(place.township_reviewer)
    answer = client.get(reverse("review_desk"))
    assert answer.url == reverse("review_sheet", args=[sheet.pk])
    assert text(get(place.township_reviewer, "review_sheet", sheet.pk)).count('name="how.') == 0
    for area in ("1", "2", "B", "D"):
        answer = client.post(f"{answer.url.split('?')[0]}?area={area}", fields() | {"do": "save"})
        assert answer.status_code == 302
    answer = client.post(answer.url, fields() | {"do": "hand_in"})
    assert answer.url == reverse("review_desk")
    sheet.refresh_from_db()
    assert sheet.state == "handed_in"
    assert {entry.item: int(entry.value) for entry in sheet.entries.all()} == GOOD


def test_agreeing_takes_the_villages_figures_and_a_correction_needs_a_reason(place, sheet):
    for item in ("1.1.a", "1.2"):
        AnswerFactory(application=place.application, item=item, value=GOOD[item])
    client = client_of(place.township_reviewer)
    url = reverse("review_sheet", args=[sheet.pk]) + "?area=1"
    page = client.post(url, {"how.1.1": "agree", "how.1.2": "change", "v.1.2": "93", "why.1.2": ""})
    assert page.status_code == 200
    assert 'value="93"' in text(page)
    assert sheet.entries.count() == 0
    client.post(url, {"how.1.1": "agree", "how.1.2": "change", "v.1.2": "93", "why.1.2": "问卷少一份"})
    assert sorted(sheet.entries.values_list("item", "value", "reason")) == [
        ("1.1.a", 0, ""),
        ("1.2", 93, "问卷少一份"),
    ]


def running(client, sheet, area, data) -> list[str]:
    """Total, full marks, scored and all, as the server responds to the current input."""
    answer = client.post(reverse("review_total", args=[sheet.pk]) + f"?area={area}", data)
    line = re.search(r'id="running".*?</p>', text(answer), re.DOTALL)[0]
    return re.findall(r"[\d.]+", re.sub(r"<[^>]+>", " ", line.split(">", 1)[1]))


def test_the_total_runs_along_as_one_types_and_nothing_is_kept(place, sheet):
    AnswerFactory(application=place.application, item="1.1.a", value=2)
    client = client_of(place.township_reviewer)
    assert running(client, sheet, "1", {"how.1.1": "agree"}) == ["9.00", "40", "1", "6"]
    both = {"how.1.1": "change", "v.1.1.a": "4", "v.1.2": "91"}
    assert running(client, sheet, "1", both) == ["16.00", "40", "2", "6"]
    assert running(client, sheet, "1", both | {"v.1.2": "九十"}) == ["8.00", "40", "1", "6"]
    assert sheet.entries.count() == 0
    sheets.save(sheet, entries({"2.2": 8}), by=place.township_reviewer)
    assert running(client, sheet, "1", both) == ["24.00", "40", "3", "6"]
    assert running(client, sheet, "2", {"v.2.2": "5", "why.2.2": "x"}) == ["5.00", "40", "1", "6"]


def test_what_cannot_be_read_stays_in_its_field(place, sheet):
    client = client_of(place.township_reviewer)
    page = client.post(reverse("review_sheet", args=[sheet.pk]) + "?area=2", fields(**{"v.2.2": "八分"}))
    assert 'value="八分"' in text(page)
    assert sheet.entries.count() == 0


def test_points_of_others_are_not_in_the_page_before_all_sheets_are_in(place, sheet):
    score(place.application, "township", place.township_reviewer_b, PLAIN | {"2.2": 6.5, "1.2": 92.75})
    other = Sheet.objects.get(reviewer=place.township_reviewer_b, stage="township")
    assert other.entries.get(item="2.2").value == 6.5  # there is something that could leak
    for user, name, pk in [
        (place.township_reviewer, "review_sheet", sheet.pk),
        (place.township_leader, "review_application", place.application.pk),
        (place.township_office, "review_application", place.application.pk),
    ]:
        page = text(get(user, name, pk))
        assert [leak for leak in ("6.5", "92.75", "现场查看") if leak in page] == []
    assert get(place.township_reviewer, "review_sheet", other.pk).status_code == 404
    assert get(place.township_reviewer, "review_application", place.application.pk).status_code == 404
    score(place.application, "township", place.township_reviewer, GOOD)
    page = text(get(place.township_reviewer, "review_application", place.application.pk))
    assert "6.50" in page


@pytest.mark.parametrize("name", ["filler", "signer", "township_leader", "township_office", "county_office"])
def test_a_sheet_is_its_reviewers_alone(place, sheet, name):
    user = getattr(place, name)
    assert get(user, "review_sheet", sheet.pk).status_code == 404
    for name in ("review_recuse", "review_total"):
        assert client_of(user).post(reverse(name, args=[sheet.pk]), {"reason": "x"}).status_code == 404
    assert get(user, "review_desk").status_code == 404


def test_stepping_back_takes_one_click_and_a_reason(place, sheet):
    client_of(place.township_reviewer).post(reverse("review_recuse", args=[sheet.pk]), {"reason": "岳父是村主任"})
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == ("recused", "岳父是村主任")
    assert Notice.objects.get(kind="reviewer_recused").user == place.township_office


def test_the_office_convenes_on_its_page(place):
    page = text(get(place.township_office, "review_panels"))
    assert page.count('name="reviewer"') == 2
    Panel.objects.get(stage="township").seats.all().delete()
    url = reverse("review_convene", args=[place.cycle.pk, TOWNSHIP, "township"])
    given = {"reviewer": [place.township_reviewer.pk, place.township_reviewer_b.pk]}
    client_of(place.township_office).post(url, given)
    assert not Panel.objects.get(stage="township").seats.exists(), "no page has shown who sits"
    client_of(place.township_office).post(url, given | {"seated": ""})
    assert Panel.objects.get(stage="township").seats.count() == 2
    assert client_of(place.county_office).post(url, {"reviewer": []}).status_code == 404
    assert get(place.filler, "review_panels").status_code == 404


@pytest.mark.parametrize(
    ("name", "given"), [("review_convene", {}), ("review_draw_panel", {"number": "2", "seed": "1"})]
)
def test_a_panel_that_somebody_else_changed_is_not_overwritten(place, name, given):
    third = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)
    client = client_of(place.township_office)
    shown = re.search(r'name="seated"\s+value="([\d,]+)"', text(client.get(reverse("review_panels"))))[1]
    panels.convene(
        place.cycle,
        place.township,
        "township",
        [place.township_reviewer, place.township_reviewer_b, third],
        by=place.township_office,
    )
    given = given | {"seated": shown, "reviewer": shown.split(","), "reason": "换人"}
    url = reverse(name, args=[place.cycle.pk, TOWNSHIP, "township"])
    page = client.post(url, given, headers={"referer": "http://testserver/reviews/panels/"})
    assert (page.status_code, page.context["written"]) == (409, ["换人"])
    assert page.context["why"].startswith("打开本页后情况有变化")
    assert Panel.objects.get(stage="township").seats.count() == 3


def confirm(client, page):
    """Record what the page previews; nothing was recorded before."""
    assert Decision.objects.count() == 0
    key = re.search(r'name="key"\s+value="(\w+)"', text(page))[1]
    answer = client.post(reverse("review_decisions"), {"key": key, "confirmed": "yes"})
    assert answer.status_code == 302
    return answer


def test_the_leader_decides_on_the_desk_and_is_told_what_is_wrong(place):
    score_township(place, SOUND)
    pk = place.application.pk
    assert f'name="choice.{pk}"' in text(get(place.township_leader, "review_decisions"))
    client = client_of(place.township_leader)
    url = reverse("review_decisions")
    page = client.post(url, {f"choice.{pk}": "2", f"reason.{pk}": ""})
    assert f'id="e{pk}"' in text(page)
    assert Decision.objects.count() == 0
    confirm(client, client.post(url, {f"choice.{pk}": "3"}))
    assert Decision.objects.get().star == 3
    page = client.post(url, {f"choice.{pk}": "3"}, follow=True)
    assert place.application.unit.name in text(page)
    assert Decision.objects.count() == 1


def test_the_leader_recommends_and_the_county_decides(place):
    score_township(place)
    pk = place.application.pk
    leader, office = client_of(place.township_leader), client_of(place.county_office)
    confirm(leader, leader.post(reverse("review_application", args=[pk]), {f"choice.{pk}": "recommend"}))
    place.application.refresh_from_db()
    assert (place.application.state, place.application.township_star) == ("county_review", 3)
    score_county(place)
    assert f'name="choice.{pk}"' in text(get(place.county_office, "review_decisions"))
    confirm(office, office.post(reverse("review_decisions"), {f"choice.{pk}": "4"}))
    assert Decision.objects.get().star == 4


@pytest.mark.parametrize("name", ["filler", "signer", "township_reviewer", "discipline"])
def test_nobody_else_finds_the_desk_of_a_leader(place, name):
    score_township(place, SOUND)
    user = getattr(place, name)
    assert get(user, "review_decisions").status_code == 404
    pk = place.application.pk
    client_of(user).post(reverse("review_application", args=[pk]), {f"choice.{pk}": "3"})
    assert Decision.objects.count() == 0


def test_the_office_gathers_and_releases_a_batch(decided):
    client = client_of(decided.township_office)
    [waiting] = client.get(reverse("review_batches")).context["waiting"]
    assert waiting.decisions == [decided.decision]
    assert "review" in text(get(decided.township_office, "review_batches"))
    answer = client.post(
        reverse("review_prepare", args=[decided.cycle.pk, TOWNSHIP, "township"]),
        {"met_on": "2026-09-27", "document": "沙评〔2026〕1号"},
    )
    batch = Batch.objects.get()
    assert answer.url == reverse("review_batch", args=[batch.pk])
    assert "6" in text(get(decided.township_office, "review_batch", batch.pk))
    posted = {"met_on": "2026-09-27", "document": "沙评〔2026〕1号", "decision": decided.decision.pk, "do": "release"}
    posted["key"] = client.get(answer.url).context["key"]
    for _click in range(2):
        assert client.post(answer.url, posted).status_code == 302
    batch.refresh_from_db()
    assert (batch.state, Notice.objects.filter(kind="result_released").count()) == ("released", 2)
    text(get(decided.township_office, "review_batch", batch.pk))


@pytest.mark.parametrize(
    "name", ["filler", "signer", "township_reviewer", "county_office", "county_reviewer", "discipline"]
)
def test_before_the_release_nobody_outside_the_office_sees_the_result(decided, name):
    batch = prepare(decided)
    user = getattr(decided, name)
    assert get(user, "review_batch", batch.pk).status_code == 404
    page = text(get(user, "result", decided.application.pk))
    assert [leak for leak in ("31.00", "三星", "Three stars") if leak in page.replace("四星", "")] == []
    for anonymous in ("public_notices", "public_notice"):
        answer = get(None, anonymous, *([batch.pk] if anonymous == "public_notice" else []))
        assert decided.application.unit.name not in answer.content.decode()
    assert get(None, "public_notice", batch.pk).status_code == 404
    assert "31.00" in text(get(decided.township_leader, "result", decided.application.pk))


def test_after_the_release_everybody_in_reach_sees_why_and_the_public_sees_the_list(decided):
    batch = batches.release(prepare(decided), by=decided.township_office)
    for name in ("filler", "township_reviewer", "county_office", "discipline"):
        assert "31.00" in text(get(getattr(decided, name), "result", decided.application.pk))
    assert "2026" in text(get(None, "public_notices"))
    page = text(get(None, "public_notice", batch.pk))
    assert decided.application.unit.name in page
    assert "31.00" in page
    assert get(decided.township_leader2, "result", decided.application.pk).status_code == 404


def test_the_result_shows_the_star_once_it_is_confirmed(decided):
    batches.release(prepare(decided), by=decided.township_office)
    with freeze_time("2026-10-12T01:00:00Z"):
        confirmation.confirm_due()
        page = text(get(decided.filler, "result", decided.application.pk))
    assert 'class="today"' in page


def test_lists_cost_the_same_with_many_villages(place):
    for n in range(205, 215):
        ApplicationFactory(
            cycle=place.cycle, unit=UnitFactory(code=f"{TOWNSHIP}{n}"), state="township_review", applied_star=3
        )
    for application in place.cycle.applications.all():
        score_township(place, SOUND, application)
    text(get(place.township_leader, "review_decisions"))
    choices = {pk: decisions.Choice(3) for pk in place.cycle.applications.values_list("pk", flat=True)}
    decisions.decide_many("township", choices, by=place.township_leader)
    batch = prepare(place)
    text(get(place.township_office, "review_batches"))
    text(get(place.township_office, "review_batch", batch.pk))
    batches.release(batch, by=place.township_office)
    text(get(None, "public_notice", batch.pk))
    text(get(place.township_reviewer, "review_desk"))


@pytest.mark.parametrize(
    ("name", "title"),
    [("township_reviewer", "review_desk"), ("township_leader", "review_decisions"), ("county_reviewer", None)],
)
def test_home_names_what_waits(place, name, title):
    if name == "township_leader":
        score_township(place, SOUND)
    page = text(client_of(getattr(place, name)).get("/"))
    links = [url for url in ("review_desk", "review_decisions") if f'go" href="{reverse(url)}"' in page]
    assert links == ([title] if title else [])


def test_evidence_stands_beside_its_criterion_and_keys_are_told(place, sheet, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    photo = store(SimpleUploadedFile("会议.png", PNG), by=place.filler)
    paper = StoredFileFactory(name="决议.pdf")
    for file in (photo, paper):
        Evidence.objects.create(application=place.application, criterion="1.1", file=file)
    page = text(get(place.township_reviewer, "review_sheet", sheet.pk))
    addresses = [reverse("evidence", args=[one.pk]) for one in Evidence.objects.order_by("pk")]
    assert f'<img src="{addresses[0]}?as=screen"' in squeezed(page)
    assert f'<iframe src="{addresses[1]}"' in squeezed(page)
    assert page.count("<kbd>") == 8
    assert page.count(" style=") == 0


def test_reviewers_see_that_there_is_no_document_and_what_is_far_from_last_year(place):
    Absence.objects.create(application=place.application, criterion="1.2", name="测评表", reason="本年没有测评")
    before = ApplicationFactory(cycle=CycleFactory(scheme=SchemeFactory(year=2025)), unit=place.application.unit)
    AnswerFactory(application=before, item="1.1.a", value=Decimal(60))
    place.application.answers.update_or_create(item="1.1.a", defaults={"value": 2, "typed": "2", "sure": True})
    sheet = Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)
    for url in (
        reverse("review_sheet", args=[sheet.pk]) + "?area=1",
        reverse("review_visit", args=[sheet.pk]) + "?all",
    ):
        page = client_of(place.township_reviewer).get(url).content.decode()
        for words in ("本年没有，原因：本年没有测评", "上年是今年的30倍，没有填错吧？", "填报方已确认没有填错。"):
            assert words in page, (url, words)
