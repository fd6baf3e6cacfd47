"""The page of a batch: exactly what it shows is released, or nothing."""

import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Decision
from records import previews
from reviews.models import Batch
from reviews.presenters.minutes import exceptions
from reviews.workflow import batches, decisions
from tests.built_once import built_once
from tests.clients import client_of
from tests.factories import TOWNSHIP, VILLAGE, ApplicationFactory, UnitFactory, person
from tests.markup import squeezed
from tests.reviews.conftest import GOOD, SOUND, TODAY, prepare, score_township
from tests.reviews.test_pages import LOCMEM

PAPERS = {"met_on": "2026-09-27", "document": "沙评〔2026〕1号"}


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.CACHES = LOCMEM
    settings.SECOND_FACTOR_REQUIRED = False
    cache.clear()


@built_once(at=TODAY)
def batch(place):
    """Three villages decided at three stars, in a draft batch."""
    place.decided = []
    for code in (VILLAGE, "330624108301", "330624108302"):
        found = place.application
        if code != VILLAGE:
            found = ApplicationFactory(
                cycle=place.cycle, unit=UnitFactory(code=code), state="township_review", applied_star=4
            )
        score_township(place, SOUND, found)
        place.decided.append(decisions.decide(found, star=3, by=place.township_leader))
    place.batch = prepare(place)
    return place.batch


@pytest.fixture
def client(place):
    return client_of(place.township_office)


def address(batch):
    return reverse("review_batch", args=[batch.pk])


def shown(answer) -> dict:
    """What is ticked on the page, its key, and the label of its button."""
    page = answer.content.decode()
    page = squeezed(page)
    ticks = [tag for tag in re.findall(r'<input type="checkbox" name="decision"[^>]*>', page) if " checked" in tag]
    key = re.search(r'name="key"\s+value="(\w+)"', page)
    button = re.search(r'value="release">([^<]*)<', page)
    return {
        "decision": sorted(int(re.search(r'value="(\d+)"', tag)[1]) for tag in ticks),
        "key": key and key[1],
        "button": button and [int(n) for n in re.findall(r"\d+", button[1])],
    }


def confirmation(page, **more) -> dict:
    return PAPERS | {"decision": page["decision"], "key": page["key"], "do": "release"} | more


def told() -> int:
    return Notice.objects.filter(kind__in=["result_released", "batch_released"]).values("user").distinct().count()


def released(batch) -> list[int]:
    batch.refresh_from_db()
    if batch.state == Batch.State.DRAFT:
        return []
    return sorted(batch.entries.values_list("decision_id", flat=True))


def test_whoever_lies_below_points_or_application_is_listed_with_why(place):
    """Short of an area's minimum; applied for less than the points allow; decided lower for a reason."""
    client = client_of(place.township_office)
    given = [(VILLAGE, 4, SOUND, 3, ""), ("330624108301", 3, GOOD, 3, ""), ("330624108302", 4, SOUND, 2, "工程未结算")]
    for code, applied, facts, star, reason in given:
        found = place.application
        if code != VILLAGE:
            found = ApplicationFactory(
                cycle=place.cycle, unit=UnitFactory(code=code), state="township_review", applied_star=applied
            )
        score_township(place, facts, found)
        decisions.decide(found, star=star, by=place.township_leader, reason=reason)
    answer = client.get(address(prepare(place)))
    below = {one.unit_id: one.verdict for one in answer.context["below"]}
    assert set(below) == {code for code, *_rest in given}
    assert below["330624108301"].because == ["只申报三星"]
    assert below["330624108302"].because[0] == "工程未结算"
    assert all(one.because for one in below.values())
    page = answer.content.decode()
    page = page[page.index('id="below"') : page.index('id="list"')]
    assert ("只申报三星" in page, "工程未结算" in page, "—" in page) == (True, True, False)
    assert Decision.objects.filter(unit__code__startswith=TOWNSHIP).count() == 3


def test_the_button_says_what_is_released(place, batch, client):
    page = shown(client.get(address(batch)))
    assert page["decision"] == [one.pk for one in place.decided]
    count, people = page["button"]
    assert client.post(address(batch), confirmation(page)).status_code == 302
    assert (len(released(batch)), told()) == (count, people) == (3, people)


def again(place, star=2):
    """One decision is taken back and made again."""
    decisions.reconsider(place.application, by=place.township_leader, reason="再议")
    place.application.refresh_from_db()
    return decisions.decide(place.application, star=star, by=place.township_leader, reason="从严掌握")


def test_a_decision_taken_back_and_made_again_is_not_counted_before_it_is_ticked(place, batch, client):
    new = again(place)
    page = shown(client.get(address(batch)))
    assert page["decision"] == [one.pk for one in place.decided[1:]]
    assert page["button"][0] == 2
    ticked = confirmation(page, decision=[*page["decision"], new.pk])
    answer = client.post(address(batch), ticked, follow=True)  # the figures had changed: they are shown first
    assert released(batch) == []
    page = shown(answer)
    assert (page["decision"], page["button"][0]) == (sorted(ticked["decision"]), 3)
    client.post(address(batch), confirmation(page))
    assert released(batch) == sorted(ticked["decision"])


def test_a_stale_page_releases_nothing(place, batch, client):
    page = shown(client.get(address(batch)))
    again(place)
    answer = client.post(address(batch), confirmation(page))
    assert answer.status_code == 409
    assert released(batch) == []
    assert shown(answer)["button"][0] == 2
    other = confirmation(page, decision=page["decision"][1:])  # another choice on a stale page is not saved either
    assert client.post(address(batch), other).status_code == 409
    assert batch.entries.count() == 2


def test_a_choice_saved_in_another_tab_makes_a_page_stale(place, batch, client):
    page = shown(client.get(address(batch)))
    client.post(address(batch), confirmation(page, decision=page["decision"][:1], do="save"))
    assert client.post(address(batch), confirmation(page)).status_code == 409
    assert (released(batch), batch.entries.count()) == ([], 1)


def test_minutes_that_a_colleague_has_saved_are_not_written_over(place, batch, client):
    first, second = (shown(client.get(address(batch))) for _tab in range(2))
    for _click in range(2):
        client.post(address(batch), confirmation(first, minutes="甲的纪要", do="save"))
    late = client.post(address(batch), confirmation(second, minutes="乙的纪要", do="save"))
    batch.refresh_from_db()
    assert (late.status_code, batch.minutes) == (409, "甲的纪要")
    assert late.context["form"]["minutes"].value() == "乙的纪要"
    assert [str(one) for one in late.context["messages"]][-1] == "现在保存的是：甲的纪要"


def test_ticks_stay_beside_what_a_colleague_has_saved(place, batch, client):
    first, second = (shown(client.get(address(batch))) for _tab in range(2))
    client.post(address(batch), confirmation(first, minutes="甲的纪要", do="save"))
    late = client.post(address(batch), confirmation(second, decision=second["decision"][1:], do="save"))
    assert (late.status_code, shown(late)["decision"]) == (409, second["decision"][1:])
    names = "、".join(decision.unit.name for decision in place.decided)
    assert [str(one) for one in late.context["messages"]][-1] == f"现在保存的是：甲的纪要 · {names}"


def test_a_page_of_before_an_update_is_out_of_date(place, batch, client):
    page = shown(client.get(address(batch)))
    key = previews.keep(place.township_office, f"release:batch:{batch.pk}", {"decisions": page["decision"]})
    assert client.post(address(batch), confirmation(page, key=key, do="save")).status_code == 409


def test_a_second_click_makes_no_empty_batch(place, batch, client):
    again(place)
    here = reverse("review_prepare", args=[place.cycle.pk, TOWNSHIP, "township"])
    assert [client.post(here, PAPERS).status_code for _click in range(2)] == [302, 409]
    assert Batch.objects.count() == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"document": ""}, "document"), ({"met_on": "2026-12-01"}, "met_on"), ({"met_on": ""}, "met_on")],
)
def test_what_was_typed_for_a_batch_is_kept_when_it_is_refused(place, batch, client, wrong, field):
    again(place)
    sent = PAPERS | {"minutes": "长长的纪要"} | wrong
    here = reverse("review_prepare", args=[place.cycle.pk, TOWNSHIP, "township"])
    answer = client.post(here, sent)
    form = answer.context["waiting"][0].form
    assert (answer.status_code, list(form.errors), form["minutes"].value()) == (400, [field], "长长的纪要")
    draft = client.post(address(batch), confirmation(shown(client.get(address(batch))), **sent))
    assert (draft.status_code, list(draft.context["form"].errors)) == (400, [field])


def test_a_page_whose_choice_was_saved_does_not_say_that_another_is(place, batch, client):
    page = shown(client.get(address(batch)))
    fewer = confirmation(page, decision=page["decision"][:1])
    twice = [client.post(address(batch), fewer).status_code for _click in range(2)]
    assert (twice, batch.entries.count()) == ([302, 302], 1)
    answer = client.post(address(batch), confirmation(page))  # "back" in the browser, and all ticked again
    assert (answer.status_code, released(batch), batch.entries.count()) == (409, [], 1)


def test_a_person_who_would_be_told_besides_makes_a_page_stale(batch, client):
    page = shown(client.get(address(batch)))
    person(Role.SIGNER, "330624108301", username="new_signer")
    answer = client.post(address(batch), confirmation(page))
    assert (answer.status_code, released(batch)) == (409, [])
    assert shown(answer)["button"][1] == page["button"][1] + 1


def test_with_nothing_ticked_nothing_can_be_released(batch, client):
    page = shown(client.get(address(batch)))
    client.post(address(batch), confirmation(page, decision=[], do="save"))
    empty = shown(client.get(address(batch)))
    assert (empty["decision"], empty["button"]) == ([], None)
    assert client.post(address(batch), PAPERS | {"do": "release"}).status_code == 409
    assert client.post(address(batch), confirmation(page, decision=[])).status_code == 409
    assert released(batch) == []


def test_a_second_click_is_answered_like_the_first(batch, client):
    last = confirmation(shown(client.get(address(batch))))
    first, second = (client.post(address(batch), last, follow=True) for _click in range(2))
    assert [str(m) for m in first.context["messages"]] == [str(m) for m in second.context["messages"]]
    assert Notice.objects.filter(kind="result_released").count() == 2


def test_a_second_click_with_other_papers_is_not_answered_by_released(batch, client):
    last = confirmation(shown(client.get(address(batch))))
    client.post(address(batch), last, follow=True)
    answer = client.post(address(batch), last | {"document": "沙评〔2026〕9号"})
    assert (answer.status_code, "沙评〔2026〕9号" in answer.context["written"]) == (409, True)
    batch.refresh_from_db()
    assert batch.document == PAPERS["document"]


def test_a_field_that_the_form_does_not_know_is_an_error(batch, client):
    last = confirmation(shown(client.get(address(batch))), decisions="1")
    answer = client.post(address(batch), last)
    assert (answer.status_code, released(batch)) == (400, [])
    assert shown(answer)["decision"] == last["decision"]


def test_the_api_releases_what_is_named_or_nothing(place, batch, client):
    address = f"/api/v1/batches/{batch.pk}/release/"
    held = [one.pk for one in place.decided]
    for wrong, status in [({"decisions": held[:2]}, 409), ({"decision": held}, 400)]:
        assert client.post(address, wrong, content_type="application/json").status_code == status
        assert released(batch) == []
    assert client.post(address, {"decisions": held}, content_type="application/json").status_code == 200
    assert released(batch) == held


def test_not_in_this_batch_lists_what_the_minutes_list(place, batch, client):
    ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code="330624108303"), state="submitted")
    ApplicationFactory(cycle=place.cycle, unit=UnitFactory(code="330624108304"), state="returned")
    again(place)
    listed = [one.pk for one, _why in client.get(address(batch)).context["exceptions"]]
    assert listed == [one.pk for one in exceptions(batch)]
    assert len(listed) == 3
    batches.release(batch, by=place.township_office)
    assert [one.pk for one, _why in client.get(address(batch)).context["exceptions"]] == listed


@pytest.mark.parametrize(("typed", "found"), [("", 1), ("8302", 1), ("没有这个村", 0)])
def test_a_batch_is_found_by_its_villages(batch, client, typed, found):
    assert len(client.get(reverse("review_batches"), {"q": typed}).context["page"].object_list) == found
