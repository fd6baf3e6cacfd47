"""The decision desk: nothing is preselected, and exactly what was previewed is recorded, or nothing."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from ratings.models import Decision
from reviews.workflow import decisions
from tests.built_once import built_once
from tests.clients import client_of
from tests.factories import VILLAGE, ApplicationFactory, UnitFactory
from tests.markup import squeezed
from tests.reviews.conftest import SOUND, TODAY, score_township
from tests.reviews.test_pages import LOCMEM

URL = reverse("review_decisions")


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


@built_once(at=TODAY)
def three(place):
    """Applications (ids) waiting for the township's leader; three stars are possible."""
    place.waiting = [place.application] + [
        ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code=code), state="township_review", applied_star=4)
        for code in ("330624108301", "330624108302")
    ]
    for one in place.waiting:
        score_township(place, SOUND, one)
    return [one.pk for one in place.waiting]


@pytest.fixture
def client(place):
    return client_of(place.township_leader)


def key_of(answer) -> str:
    found = re.search(r'name="key"\s+value="(\w+)"', answer.content.decode())
    return found[1] if found else ""


def recorded() -> dict:
    return dict(Decision.objects.values_list("application", "star"))


def told(answer) -> list[str]:
    return [str(one) for one in answer.context["messages"]]


def test_the_desk_is_narrowed_by_name_or_code_and_keeps_the_filter(place, three, client):
    assert [row.application.pk for row in client.get(URL).context["rows"]] == three
    address = f"{URL}?q=8301"
    page = client.get(address)
    assert [row.application.pk for row in page.context["rows"]] == [three[1]]
    assert f'<form action="{address}" method="post" data-keep>' in squeezed(page.content.decode())
    listed = client.post(address, {f"choice.{three[1]}": "3"})
    assert [row.application.pk for row in listed.context["rows"]] == [three[1]]
    assert "没有符合条件的待审定申报。" in client.get(f"{URL}?q=没有这个村").content.decode()


def test_nothing_is_chosen_beforehand_and_pressing_alone_records_nothing(place, three, client):
    page = client.get(URL).content.decode()
    assert page.count("<select") == 3
    assert " selected" not in page[page.index("<table") : page.index("</table>")]
    single = client.get(reverse("review_application", args=[three[0]])).content.decode()
    assert re.findall(r"<option[^>]* selected", single) == []
    answer = client.post(URL, {f"{of}.{pk}": "" for of in ("choice", "reason") for pk in three})
    assert key_of(answer) == ""
    assert told(answer) == ["还没有作出选择，没有登记任何内容。"]
    assert recorded() == {}


def test_the_highest_possible_is_filled_in_beside_what_was_chosen(place, three, client):
    sent = {f"choice.{three[0]}": "2", f"reason.{three[0]}": "工程未结算"}
    answer = client.post(URL, sent | {"fill": "1"})
    assert {row.application.pk: row.choice for row in answer.context["rows"]} == dict(zip(three, "233", strict=True))
    assert told(answer) == ["已填上2份，还没有登记。请核对后再确认。"]
    assert ("工程未结算" in answer.content.decode(), recorded()) == (True, {})


def test_what_was_chosen_is_listed_once_more_and_then_just_that_is_recorded(place, three, client):
    sent = {f"choice.{three[0]}": "3", f"choice.{three[1]}": "2", f"reason.{three[1]}": "工程未结算"}
    answer = client.post(URL, sent | {f"choice.{three[2]}": ""})
    page = answer.content.decode()
    names = [one.unit.name in page for one in place.waiting]
    assert (names, "工程未结算" in page, recorded()) == ([True, True, False], True, {})
    last = {"key": key_of(answer), "confirmed": "yes"}
    first, second = (client.post(URL, last, follow=True) for _click in range(2))
    assert recorded() == {three[0]: 3, three[1]: 2}
    assert told(first) == told(second) == ["已审定2份申报。"]


def test_one_that_has_moved_on_keeps_all_from_being_recorded(place, three, client):
    answer = client.post(URL, {f"choice.{three[0]}": "3", f"choice.{three[1]}": "3"})
    decisions.decide(place.waiting[0], star=2, by=place.township_leader, reason="快一步")
    late = client.post(URL, {"key": key_of(answer), "confirmed": "yes"})
    assert (late.status_code, recorded()) == (409, {three[0]: 2})
    assert {row.application.pk: row.choice for row in late.context["rows"]} == {three[1]: "3", three[2]: ""}


def test_a_page_of_one_that_has_moved_on_gives_the_reason_back(place, three, client):
    page = reverse("review_application", args=[three[0]])
    decisions.decide(place.waiting[0], star=3, by=place.township_leader)
    answer = client.post(page, {f"choice.{three[0]}": "2", f"reason.{three[0]}": "从严掌握"})
    told = f"已经办过（别人办的，或您在另一个窗口办的）：{place.waiting[0].unit.name}"
    assert (answer.status_code, answer.context["why"], answer.context["written"]) == (409, told, ["从严掌握"])
    assert client_of(place.township_office).post(page, {}).status_code == 404


def test_points_that_changed_meanwhile_are_shown_first(place, three, client):
    answer = client.post(URL, {f"choice.{three[0]}": "3"})
    place.waiting[0].points.filter(stage="township").update(points=0)
    late = client.post(URL, {"key": key_of(answer), "confirmed": "yes"})
    assert (late.status_code, recorded()) == (409, {})


def test_what_is_wrong_is_told_before_anything_is_listed(three, client):
    answer = client.post(URL, {f"choice.{three[0]}": "3", f"choice.{three[1]}": "2", f"reason.{three[2]}": "无选择"})
    assert key_of(answer) == ""
    rows = {row.application.pk: row for row in answer.context["rows"]}
    assert [bool(rows[pk].error) for pk in three] == [False, True, True]
    assert (rows[three[0]].choice, rows[three[2]].reason, recorded()) == ("3", "无选择", {})


@pytest.mark.parametrize("strange", ["choise.{}", "star", "choice.999999"])
def test_a_field_that_the_form_does_not_know_is_an_error(three, client, strange):
    answer = client.post(URL, {f"choice.{three[0]}": "3", strange.format(three[1]): "3"})
    assert (answer.status_code, key_of(answer), recorded()) == (400, "", {})
    key = key_of(client.post(URL, {f"choice.{three[0]}": "3"}))
    answer = client.post(URL, {"key": key, "confirmed": "yes", f"choice.{three[1]}": "3"})
    assert (answer.status_code, recorded()) == (400, {})


def test_a_key_is_of_its_owner_and_of_its_step(place, three, client):
    key = key_of(client.post(URL, {f"choice.{three[0]}": "3"}))
    other = client_of(place.county_office)
    assert other.post(URL, {"key": key, "confirmed": "yes"}).status_code == 409
    assert client.post(URL, {"key": "", "confirmed": "yes"}).status_code == 409
    assert recorded() == {}
    assert place.waiting[0].unit_id == VILLAGE


def test_going_back_keeps_what_was_chosen(three, client):
    typed = {f"choice.{three[1]}": "2", f"reason.{three[1]}": "工程未结算"}
    answer = client.post(URL, typed | {"change": "yes"})
    rows = {row.application.pk: (row.choice, row.reason) for row in answer.context["rows"]}
    assert rows == {three[0]: ("", ""), three[1]: ("2", "工程未结算"), three[2]: ("", "")}
