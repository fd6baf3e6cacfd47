"""The grid of many villages: every valid cell is saved, errors are explained beside the others, nothing is lost."""

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.roles import Role
from ratings.models import Stage
from reviews.models import Sheet
from reviews.workflow import panels, sheets
from tests.built_once import built_once
from tests.factories import TOWNSHIP, AnswerFactory, ApplicationFactory, UnitFactory, person
from tests.reviews.conftest import GOOD, TODAY, entries, score


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


@built_once(at=TODAY)
def three(place):
    """Three villages under review."""
    for code in ("330624108301", "330624108302"):
        ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=code), state="township_review")
    return place


@pytest.fixture
def mine(three):
    """The reviewer's sheets of three villages."""
    return list(Sheet.objects.filter(reviewer=three.township_reviewer).order_by("application__unit"))


@pytest.fixture
def client(client, place):
    client.force_login(place.township_reviewer)
    return client


def post(client, typed, area="", *, follow=False, **more):
    """``typed``: per sheet, the content of its fields of 2.2; every sheet of the page is sent."""
    data = {"sheet": [sheet.pk for sheet in typed]} | more
    for sheet, (points, why) in typed.items():
        data |= {f"{sheet.pk}:v.2.2": points, f"{sheet.pk}:why.2.2": why, f"{sheet.pk}:seen:2.2": ""}
    return client.post(f"{reverse('review_grid')}?area={area}", data, follow=follow)


def said(sheet) -> dict:
    return {entry.item: (float(entry.value), entry.reason) for entry in sheet.entries.all()}


def test_what_is_right_is_kept_and_what_is_not_stays_beside_its_reason(mine, client):
    page = client.get(reverse("review_grid")).content.decode()
    assert [page.count(f'name="{sheet.pk}:v.2.2"') for sheet in mine] == [1, 1, 1]
    answer = post(client, dict(zip(mine, [("8", "好"), ("8.3", "好"), ("", "")], strict=True)))
    page = answer.content.decode()
    assert (answer.status_code, 'value="8.3"' in page, page.count("state invalid")) == (200, True, 1)
    assert [said(sheet) for sheet in mine] == [{"2.2": (8, "好")}, {}, {}]
    answer = post(client, {mine[1]: ("8.5", ""), mine[2]: ("7", "一般")})
    assert (answer.status_code, answer.content.decode().count("state returned")) == (200, 1)
    assert post(client, {mine[1]: ("8.5", "好"), mine[2]: ("7", "一般")}).status_code == 302
    assert [said(sheet)["2.2"] for sheet in mine] == [(8, "好"), (8.5, "好"), (7, "一般")]


def test_what_was_changed_elsewhere_meanwhile_is_not_overwritten_unseen(place, mine, client):
    sheets.save(mine[0], entries({"2.2": 5}), by=place.township_reviewer)
    page = post(client, {mine[0]: ("8", "好"), mine[1]: ("6", "好")}).content.decode()
    assert page.count("state invalid") == 1
    assert [said(sheet) for sheet in mine[:2]] == [{"2.2": (5, "现场查看")}, {"2.2": (6, "好")}]


@pytest.mark.parametrize("way", ["handed in", "replaced"])
def test_a_row_that_is_no_longer_open_is_refused_and_the_others_are_kept(place, mine, client, way):
    if way == "handed in":
        score(place.application, Stage.TOWNSHIP, place.township_reviewer)
    else:
        Sheet.objects.filter(pk=mine[0].pk).update(state="replaced")
    answer = post(client, {mine[0]: ("5", "改"), mine[1]: ("6", "好")})
    page = answer.content.decode()
    assert (answer.status_code, 'value="5"' in page, page.count("state invalid")) == (200, True, 1)
    assert (said(mine[0]).get("2.2", (8, ""))[0], said(mine[1])) == (8, {"2.2": (6, "好")})


def test_a_replaced_panel_takes_nothing_from_the_one_who_left(place, mine, client):
    others = [place.township_reviewer_b, person(Role.TOWNSHIP_REVIEWER, TOWNSHIP)]
    panels.convene(place.cycle, place.township, Stage.TOWNSHIP, others, by=place.township_office, reason="调离")
    post(client, dict.fromkeys(mine, ("5", "改")))
    assert [said(sheet) for sheet in mine] == [{}, {}, {}]
    assert client.get(reverse("review_grid")).url == reverse("review_desk")


def test_a_sheet_of_another_reviewer_is_not_there(place, mine, client):
    other = Sheet.objects.get(application=place.application, reviewer=place.township_reviewer_b)
    assert post(client, {mine[0]: ("5", "好"), other: ("5", "好")}).status_code == 404
    assert [said(mine[0]), said(other)] == [{}, {}]
    for name in ("filler", "township_leader", "township_office"):
        client.force_login(getattr(place, name))
        assert client.get(reverse("review_grid")).status_code == 404
        assert post(client, {mine[0]: ("5", "好")}).status_code == 404


def test_figures_of_an_area_are_accepted_and_whole_sheets_handed_in(place, mine, client):
    facts = {item: value for item, value in GOOD.items() if item != "2.2"}
    for item, value in facts.items():
        AnswerFactory(application=place.application, item=item, value=value)
    sheet = mine[0]
    for area, codes in (("1", ["1.1", "1.2"]), ("2", ["2.1"]), ("B", ["B.1"])):
        agree = {f"{sheet.pk}:how.{code}": "agree" for code in codes} | {f"{sheet.pk}:seen:{codes[0]}": ""}
        assert post(client, {sheet: ("8", "好")}, area, **agree).status_code == 302
    assert post(client, {sheet: ("8", "好")}, do="hand_in").status_code == 302
    sheet.refresh_from_db()
    assert sheet.state == "open"
    last = {f"{sheet.pk}:how.D.1": "agree", f"{sheet.pk}:seen:D.1": ""}
    assert post(client, {sheet: ("8", "好")}, "D", do="hand_in", **last).status_code == 302
    sheet.refresh_from_db()
    assert (sheet.state, {item: value for item, (value, _why) in said(sheet).items()}) == ("handed_in", GOOD)


def test_a_second_click_on_handing_in_ends_on_words_of_success(place, mine, client):
    sheet = mine[0]
    sheets.save(sheet, entries(GOOD), by=place.township_reviewer)
    seen = {f"{sheet.pk}:seen:2.2": ""}
    first, second = (post(client, {sheet: ("8", "现场查看")}, do="hand_in", follow=True, **seen) for _click in range(2))
    assert Sheet.objects.get(pk=sheet.pk).state == "handed_in"
    words = [[(m.level_tag, str(m)) for m in answer.context["messages"]] for answer in (first, second)]
    assert words[0] == words[1]
    assert {level for level, _said in words[0]} == {"success"}


def test_saving_nothing_does_not_say_saved(mine, client):
    answer = post(client, {mine[0]: ("", "")}, follow=True)
    assert [m.level_tag for m in answer.context["messages"]] == ["warning"]


def test_a_sheet_handed_in_elsewhere_does_not_keep_the_others_from_it(place, mine, client):
    first, second, _third = mine
    for sheet in (first, second):
        sheets.save(sheet, entries(GOOD), by=place.township_reviewer)
    sheets.hand_in(first, by=place.township_reviewer)
    data = {"sheet": [first.pk, second.pk], "do": "hand_in"}
    assert client.post(f"{reverse('review_grid')}?area=1", data).status_code == 302
    assert [Sheet.objects.get(pk=sheet.pk).state for sheet in (first, second)] == ["handed_in", "handed_in"]


def test_the_grid_costs_the_same_whatever_its_length(place, mine, client):
    def statements() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert client.get(reverse("review_grid")).status_code == 200
        return len(captured)

    client.get(reverse("review_desk"))
    few = statements()
    for number in range(10):
        ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=f"33062410840{number}"), state="township_review")
    assert (statements(), few <= 12) == (few, True)


def test_the_queue_leads_to_the_grid(mine, client):
    page = client.get(reverse("review_sheet", args=[mine[0].pk])).content.decode()
    assert page.count(reverse("review_grid")) == 1
