"""What a reviewer types on the sheet is saved, or explained beside its field; "saved" is said only of what is saved."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from ratings.models import Absence
from reviews.models import Sheet
from reviews.workflow import sheets
from tests.clients import client_of
from tests.factories import AnswerFactory
from tests.reviews.conftest import GOOD, entries
from tests.reviews.test_pages import LOCMEM


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


@pytest.fixture
def sheet(place):
    """With the unit's figures for area 1, and five ticks of area 2."""
    for item in ("1.1.a", "1.2", *(f"2.1.{c}" for c in "abcde")):
        AnswerFactory(application=place.application, item=item, value=GOOD[item])
    return Sheet.objects.get(application=place.application, reviewer=place.township_reviewer)


@pytest.fixture
def client(place):
    return client_of(place.township_reviewer)


def address(sheet, area="1"):
    return reverse("review_sheet", args=[sheet.pk]) + f"?area={area}"


def form_of(client, sheet, area="1") -> dict[str, str]:
    """What a browser sends of the page when nothing is touched."""
    page = client.get(address(sheet, area)).content.decode()
    page = page[page.index('aria-labelledby="mine"') :]
    page = page[: page.index("</form>")]
    data = {}
    for tag in re.findall(r"<input[^>]*>", page):
        at = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if at.get("type") in ("radio", "checkbox") and " checked" not in tag:
            continue
        data[at["name"]] = at.get("value", "")
    data |= dict(re.findall(r'<textarea[^>]*name="([^"]*)"[^>]*>([^<]*)</textarea>', page))
    data.pop("csrfmiddlewaretoken", None)
    return data


def test_what_was_not_chosen_is_accepted_together_beside_a_correction(client, sheet):
    typed = form_of(client, sheet) | {"v.1.2": "93", "why.1.2": "问卷少一份"}
    answer = client.post(address(sheet), typed | {"do": "accept"})
    assert answer.url == address(sheet, "2")
    assert said(sheet) == {"1.1.a": (0, ""), "1.2": (93, "问卷少一份")}


def test_what_asks_for_a_look_is_not_accepted_with_the_rest(client, sheet):
    Absence.objects.create(application=sheet.application, criterion="1.2", name="测评表", reason="本年没有测评")
    answer = client.post(address(sheet), form_of(client, sheet) | {"do": "accept"})
    assert answer.url == address(sheet) + "#c-1-2"
    assert said(sheet) == {"1.1.a": (0, "")}


def said(sheet) -> dict:
    return {entry.item: (float(entry.value), entry.reason) for entry in sheet.entries.all()}


def told(answer) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def test_a_count_changed_with_its_reason_is_kept_though_nobody_pressed_change(client, sheet):
    typed = form_of(client, sheet) | {"v.1.1.a": "2", "why.1.1": "少开两次"}
    answer = client.post(address(sheet), typed, follow=True)
    assert said(sheet) == {"1.1.a": (2, "少开两次")}
    assert told(answer) == ["1 制度建设 · 已保存1项，还有1项未评。"]


def test_a_change_after_accepting_the_computed_points_is_kept(client, sheet):
    client.post(address(sheet), form_of(client, sheet) | {"how.1.1": "agree", "how.1.2": "agree"})
    assert said(sheet) == {"1.1.a": (0, ""), "1.2": (96, "")}
    client.post(address(sheet), form_of(client, sheet) | {"v.1.2": "91", "why.1.2": "重新清点"})
    assert said(sheet) == {"1.1.a": (0, ""), "1.2": (91, "重新清点")}
    client.post(address(sheet), form_of(client, sheet) | {"how.1.2": "agree"})
    assert said(sheet) == {"1.1.a": (0, ""), "1.2": (96, "")}


def test_a_tick_taken_off_after_accepting_is_kept(client, sheet):
    data = form_of(client, sheet, "2") | {"how.2.1": "agree"}
    data.pop("v.2.1.e")
    answer = client.post(address(sheet, "2"), data)
    assert answer.status_code == 200
    assert said(sheet) == {}
    client.post(address(sheet, "2"), data | {"why.2.1": "没有公开栏"})
    assert said(sheet)["2.1.e"] == (0, "没有公开栏")


def test_a_remark_on_what_is_accepted_is_kept(client, sheet):
    client.post(address(sheet), form_of(client, sheet) | {"how.1.1": "agree", "why.1.1": "会议记录齐全"})
    assert said(sheet) == {"1.1.a": (0, "会议记录齐全")}
    client.post(address(sheet), form_of(client, sheet))
    assert said(sheet) == {"1.1.a": (0, "会议记录齐全")}


@pytest.mark.parametrize("typed", [{"why.1.1": "少开两次"}, {"v.1.1.a": "2"}, {"v.1.1.a": ""}, {"v.1.1.a": "两次"}])
def test_what_does_not_suffice_is_told_and_stays(client, sheet, typed):
    answer = client.post(address(sheet), form_of(client, sheet) | typed)
    assert answer.status_code == 200
    assert said(sheet) == {}
    assert 'class="state invalid"' in answer.content.decode()
    assert [part.texts[name] for name in typed for part in answer.context["form"].parts if name in part.texts] == [
        *typed.values()
    ]


def test_an_area_in_which_nothing_was_scored_does_not_say_saved(client, sheet):
    answer = client.post(address(sheet), form_of(client, sheet), follow=True)
    assert told(answer) == ["1 制度建设 · 没有填写任何内容，未保存。还有2项未评。"]
    assert said(sheet) == {}


def test_points_that_are_cleared_are_not_silently_what_they_were(client, sheet, place):
    sheets.save(sheet, entries({"2.2": 8}), by=place.township_reviewer)
    answer = client.post(address(sheet, "2"), form_of(client, sheet, "2") | {"v.2.2": "", "why.2.2": ""})
    assert answer.status_code == 200
    assert 'class="state invalid"' in answer.content.decode()


def test_two_tabs_do_not_overwrite_each_other_unseen(client, sheet):
    """What one tab did not touch stays as the other saved it; what both touched is shown and then decided by a
    person."""
    stale = form_of(client, sheet)
    client.post(address(sheet), stale | {"v.1.1.a": "2", "why.1.1": "少开两次"})
    client.post(address(sheet), stale | {"how.1.2": "agree"})
    assert said(sheet) == {"1.1.a": (2, "少开两次"), "1.2": (96, "")}
    answer = client.post(address(sheet), stale | {"v.1.1.a": "3", "why.1.1": "少开三次"})
    assert answer.status_code == 200
    assert said(sheet)["1.1.a"] == (2, "少开两次")
    assert "少开两次" in answer.content.decode()
    client.post(address(sheet), form_of(client, sheet) | {"v.1.1.a": "3", "why.1.1": "少开三次"})
    assert said(sheet)["1.1.a"] == (3, "少开三次")


def test_a_second_click_on_handing_in_ends_on_words_of_success(client, sheet, place):
    sheets.save(sheet, entries(GOOD), by=place.township_reviewer)
    last = form_of(client, sheet) | {"do": "hand_in"}
    first, second = (client.post(address(sheet), last, follow=True) for _click in range(2))
    assert told(first) == told(second) == [f"{place.application.unit}的评分表已交。"]
    changed = client.post(address(sheet), last | {"v.1.1.a": "4", "why.1.1": "少开四次"})
    assert changed.status_code == 409
