"""The steps of an application on its pages: what was confirmed is what happens, once."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from accounts.roles import Role
from ratings.models import Application
from ratings.workflow import application as workflow
from tests.answers import fill, save_answer
from tests.factories import COUNTY, ApplicationFactory, AppointmentFactory, UnitFactory, person
from tests.form_steps import key_of, pressed
from tests.ratings.application_pages.conftest import area_of, as_

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("spring")]


def test_the_signer_submits_and_a_second_click_is_told(client, draft, filler, signer):
    fill(draft, filler)
    url = reverse("application_submit", args=[draft.pk])
    key = as_(client, signer).get(url).context["key"]
    assert client.post(url, {"key": key}).url == reverse("application", args=[draft.pk])
    client.post(url, {"key": key})
    assert Application.objects.get(pk=draft.pk).transitions.filter(verb="submit").count() == 1


def test_the_signer_signs_what_the_page_showed_or_looks_again(client, draft, filler, signer):
    fill(draft, filler)
    url = reverse("application_submit", args=[draft.pk])
    shown = as_(client, signer).get(url).context["key"]
    save_answer(draft, "1.2", "91", by=filler)
    stale = client.post(url, {"key": shown})
    assert (stale.status_code, "91" in stale.text) == (409, True)
    assert client.post(url, {"key": stale.context["key"], "star": "5"}).status_code == 400
    first, second = (client.post(url, {"key": stale.context["key"]}, follow=True) for _click in range(2))
    assert (first.status_code, told(second)) == (200, told(first))
    assert Application.objects.get().transitions.filter(verb="submit").count() == 1


def test_the_office_accepts_and_returns_what_it_saw(client, submitted, office, signer):
    as_(client, office)
    accept, back = (reverse(f"application_{verb}", args=[submitted.pk]) for verb in ("accept", "return"))
    given = {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"}
    stale = client.get(accept).context["key"]
    workflow.withdraw(submitted, by=signer, reason="")
    workflow.submit(submitted, by=signer)
    seen = client.post(accept, {"key": stale})
    assert (seen.status_code, client.post(accept, {"key": seen.context["key"]}).status_code) == (409, 302)
    old = client.get(back).context["key"]
    workflow.withdraw(submitted, by=signer, reason="再看一遍")
    workflow.submit(submitted, by=signer)
    workflow.accept(submitted, by=office)
    kept = client.post(back, given | {"key": old})
    assert (kept.status_code, "请核对" in kept.text) == (409, True)
    key = kept.context["key"]
    first, second = (client.post(back, given | {"key": key}, follow=True) for _click in range(2))
    assert (first.redirect_chain, told(second)) == (second.redirect_chain, told(first))
    assert Application.objects.get().returns.count() == 1


def test_a_step_that_no_page_has_shown_is_shown_first(client, submitted, office, signer):
    asked = {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"}

    def refused(user, verb, given=None):
        seen = as_(client, user).post(reverse(f"application_{verb}", args=[submitted.pk]), given)
        assert (verb, seen.status_code, told(seen)[-1]) == (verb, 409, "页面已过期，未作任何处理，请重新核对。")
        return client.post(reverse(f"application_{verb}", args=[submitted.pk]), {**(given or {}), "key": key_of(seen)})

    assert refused(signer, "withdraw", {"reason": "再看一遍"}).status_code == 302
    for user, verb in ((signer, "submit"), (office, "accept")):
        assert refused(user, verb).status_code == 302
    assert refused(office, "return", asked).status_code == 302
    assert refused(signer, "resubmit").status_code in (302, 400)


def told(answer):
    return [str(message) for message in answer.context["messages"]]


def test_what_is_missing_is_listed_with_its_page(client, draft, filler, signer):
    fill(draft, filler, **{"1.2": ("", ""), "2.1.b": ("", "")})
    answer = pressed(as_(client, signer), reverse("application_submit", args=[draft.pk]))
    assert answer.status_code == 400
    assert [(p["name"], p["message"]) for p in answer.context["missing"]] == [
        ("1.2 满意率", "还没填"),
        ("2.1 “五有”", "有b：还没填"),
    ]
    assert answer.context["missing"][0]["url"] == f"{area_of(draft)}#c1-2"


def test_accepting_leads_to_the_next_that_waits(client, submitted, office):
    first, last = (
        ApplicationFactory(cycle=submitted.cycle, unit=UnitFactory(code=f"330624108{part}"), state="submitted")
        for part in ("001", "999")
    )
    own = ApplicationFactory(cycle=submitted.cycle, unit=UnitFactory(code="330624108002"), state="submitted")
    AppointmentFactory(user=office, role=Role.FILLER, unit=own.unit)
    led = [
        pressed(as_(client, office), reverse("application_accept", args=[one.pk])).url
        for one in (submitted, last, first)
    ]
    assert led == [reverse("application", args=[one.pk]) for one in (last, first, first)]


def test_the_office_accepts_and_returns(client, submitted, office):
    pressed(as_(client, office), reverse("application_accept", args=[submitted.pk]))
    url = reverse("application_return", args=[submitted.pk])
    assert client.get(url).status_code == 200
    wrong = pressed(client, url, {"pick-1.2": "on", "reason-1.2": "", "due": "2026-04-08"})
    assert wrong.status_code == 400
    right = pressed(client, url, {"pick-1.2": "on", "reason-1.2": "请核对", "due": "2026-04-08"})
    assert right.url == reverse("application", args=[submitted.pk])
    question = Application.objects.get().returns.get()
    assert [(c.criterion, c.reason) for c in question.criteria.all()] == [("1.2", "请核对")]
    assert timezone.localtime(question.due).isoformat() == "2026-04-09T00:00:00+08:00"


def test_who_may_look_may_not_act(client, submitted):
    as_(client, person(Role.DISCIPLINE, COUNTY))
    for name in ["application_form", "application_submit", "application_accept", "application_return"]:
        assert (name, client.post(reverse(name, args=[submitted.pk])).status_code) == (name, 404)


def test_the_return_page_takes_a_ready_phrase_before_what_is_typed(client, submitted, office):
    url = reverse("application_return", args=[submitted.pk])
    due = timezone.localdate() + timedelta(days=3)
    as_(client, office)
    workflow.accept(submitted, by=office)
    answer = pressed(client, url, {"phrase-1.2": "0", "reason-1.2": "第2张", "phrase-1.1": "1", "due": due})
    assert answer.status_code == 302
    asked = Application.objects.get().returns.get().criteria.order_by("criterion")
    assert dict(asked.values_list("criterion", "reason")) == {
        "1.1": "材料缺少盖章或签字，请补齐。",
        "1.2": "照片不清楚，请重新拍摄。 第2张",
    }
