"""The pages of a round: each reader sees what is theirs, and each step is taken there."""

from datetime import date

import pytest
from django.test import Client

from honours.certificate import code_of
from honours.models import DepartmentReply, Nomination, Round, RoundObjection
from honours.workflow import rounds
from tests.clients import client_of
from tests.factories import COUNTY, VILLAGE, EventFactory, UnitFactory
from tests.honours.conftest import (
    AFTER,
    FIVE_STARS,
    TERMS,
    THREE_STARS,
    fall,
    listed,
    named,
    nominated,
    opened,
    under_notice,
)

pytestmark = pytest.mark.django_db


def key_of(response, action: str) -> str:
    """The key in the form that leads to ``action``."""
    html = response.content.decode()
    at = html.index(f'action="{action}"') if action else html.index('name="key"')
    return html[at:].split('name="key" value="', 1)[1].split('"', 1)[0]


def send(client: Client, page: str, action: str, **data):
    """Open ``page`` and send its form that leads to ``action`` (itself, if empty)."""
    key = key_of(client.get(page), action)
    return client.post(action or page, data | {"key": key})


def form_of(round: dict) -> dict:
    return {name: value for name, value in round.items() if name not in ("award",)} | {
        "award": "500000",
        "min_star": "4",
        "opinion_days": "5",
        "check_days": "5",
        "notice_days": "5",
    }


def test_a_round_is_drafted_and_opened_and_a_village_comes_onto_its_list(who):
    office = client_of(who.county)
    response = send(office, "/honours/new/", "", **form_of(TERMS))
    round = Round.objects.get()
    assert response.url == f"/honours/{round.pk}/"
    page = response.url
    assert send(office, page, f"{page}open_round/").status_code == 302
    village = client_of(who.signer)
    assert "县级示范村" in village.get("/").content.decode()
    sent = send(village, f"{page}nominate/{VILLAGE}/", "", grounds="村务公开好")
    one = Nomination.objects.get()
    assert sent.url == f"/honours/nominations/{one.pk}/"
    for by in (who.leader, who.county):
        client = client_of(by)
        assert one.get_absolute_url() in client.get("/").content.decode()
        taken = send(client, sent.url, f"{sent.url}support_nomination/", text="同意推荐")
        assert taken.status_code == 302
    one.refresh_from_db()
    assert one.state == "listed"


def test_a_page_of_the_stage_before_says_so_and_shows_what_was_typed(who):
    round, village, leader = opened(who), client_of(who.signer), client_of(who.leader)
    page = send(village, f"/honours/{round.pk}/nominate/{VILLAGE}/", "", grounds="村务公开好").url
    support, decline = f"{page}support_nomination/", f"{page}decline_nomination/"
    stale = {"key": key_of(leader.get(page), decline), "text": "本乡镇名额已满"}
    assert send(leader, page, support, text="同意推荐").status_code == 302
    refused = leader.post(decline, stale)
    assert (refused.status_code, "本乡镇名额已满" in refused.text, "情况有变化" in refused.text) == (409, True, True)
    assert Nomination.objects.get().state == "county"


def test_a_village_of_three_stars_reads_why_and_is_refused_with_what_it_typed(who):
    round = opened(who)
    village = client_of(who.low)
    page = f"/honours/{round.pk}/nominate/{THREE_STARS}/"
    refused = send(village, page, "", grounds="我们也想参加")
    assert (refused.status_code, Nomination.objects.count()) == (400, 0)
    assert "我们也想参加" in refused.content.decode()


def test_an_open_event_and_a_fall_the_day_after_are_refused_on_the_page_with_what_was_typed(who):
    round = opened(who)
    sent = {}
    for by, code in ((who.five, FIVE_STARS), (who.signer, VILLAGE)):
        client, page = client_of(by), f"/honours/{round.pk}/nominate/{code}/"
        sent[code] = (client, page, {"key": key_of(client.get(page), ""), "grounds": "账目按月公开"})
    EventFactory(unit__code=FIVE_STARS, on=date(2026, 3, 1))
    fall(who)
    for client, page, given in sent.values():
        refused = client.post(page, given)
        assert (refused.status_code, "账目按月公开" in refused.text) == (400, True)
    assert not Nomination.objects.exists()


def test_nobody_reaches_what_is_anothers(who):
    round = opened(who)
    one = nominated(round, who.signer)
    other, neighbour = client_of(who.other), client_of(who.low)
    assert other.get(f"/honours/{round.pk}/").status_code == 404
    assert other.get(one.get_absolute_url()).status_code == 404
    assert neighbour.get(f"/honours/{round.pk}/").status_code == 200
    assert neighbour.get(one.get_absolute_url()).status_code == 404
    assert "村务公开做得好" in client_of(who.leader).get(one.get_absolute_url()).content.decode()
    draft = rounds.draft(UnitFactory(code=COUNTY), by=who.county, **(TERMS | {"name": "草稿"}))
    assert client_of(who.leader).get(f"/honours/{draft.pk}/").status_code == 404


def test_departments_answer_and_the_list_is_published_and_named_on_pages(who, clock):
    round = opened(who)
    one = listed(who, round)
    office, page = client_of(who.county), f"/honours/{round.pk}/"
    assert f"{page}ask_departments/" not in office.get(page).content.decode()
    clock.move_to(AFTER)
    assert send(office, page, f"{page}ask_departments/").status_code == 302
    for number, by in enumerate((who.discipline, who.police)):
        client = client_of(by)
        reply = f"{page}check/{COUNTY}/{number}/"
        assert reply in client.get("/").content.decode()
        assert send(client, reply, "").status_code == 302
        assert client.get(f"{page}check/{COUNTY}/{1 - number}/").status_code == 404
    assert send(office, page, f"{page}publish_round/").status_code == 302
    public, notice = Client(), f"/model-villages/{round.pk}/"
    assert one.unit.name in public.get(notice).content.decode()
    made = public.post(notice, {"nomination": one.pk, "text": "账目不清", "website": ""})
    objection = RoundObjection.objects.get()
    assert objection.receipt in made.content.decode()
    answer = f"/honours/objections/{objection.pk}/"
    assert send(client_of(who.discipline), answer, "", upheld="no", answer="账目清楚").status_code == 302
    outcome = public.get("/model-villages/objection/", {"receipt": objection.receipt.lower()})
    assert "账目清楚" in outcome.content.decode()
    clock.move_to("2026-03-30 10:00+08:00")
    step = {"document": "新委〔2026〕30号"}
    key = key_of(office.get(page), f"{page}name_villages/")
    first, second = (office.post(f"{page}name_villages/", step | {"key": key}) for _twice in "12")
    assert (first.status_code, second.status_code) == (302, 302)
    assert "新委〔2026〕30号" in public.get("/model-villages/").content.decode()


def test_each_silent_department_is_noted_with_a_form_of_its_own(who, clock):
    round = opened(who)
    listed(who, round)
    rounds.ask_departments(round, by=who.county, at=AFTER)
    clock.move_to("2026-04-01 10:00+08:00")
    office, page = client_of(who.county), f"/honours/{round.pk}/"
    first, second = (f"{page}check/{COUNTY}/{number}/lapse/" for number in (0, 1))
    shown = office.get(page)
    refused = office.post(first, {"key": key_of(shown, second), "reason": "逾期未答"})
    assert (refused.status_code, DepartmentReply.objects.count()) == (409, 0)
    assert "逾期未答</textarea>" in refused.content.decode()
    for action in (first, second):
        assert office.post(action, {"key": key_of(shown, action), "reason": "逾期未答"}).status_code == 302
    assert DepartmentReply.objects.filter(lapsed=True).count() == 2


def test_a_certificate_says_whether_the_title_is_held(who, clock):
    one = named(who, clock)
    public, code = Client(), code_of(one.pk)
    asked = public.get("/certificates/", {"code": code.lower().replace("-", " ")})
    assert asked.url == f"/model-villages/certificates/{code}/"
    assert public.get(asked.url).context["holds"] is True
    assert public.get(f"{asked.url}paper/")["Content-Type"] == "application/pdf"
    Nomination.objects.filter(pk=one.pk).update(state="revoked", reason="星级降低", closed_at="2026-03-31T10:00+08:00")
    assert public.get(asked.url).context["holds"] is False
    assert public.get(f"{asked.url}paper/").status_code == 404


def test_every_count_of_a_round_leads_to_its_nominations(who):
    round = opened(who)
    listed(who, round)
    office, page = client_of(who.county), f"/honours/{round.pk}/"
    counts = {state: n for _words, n, state in office.get(page).context["counts"]}
    assert counts == {"": 1, "on_the_way": 0, "listed": 1, "named": 0, "ended": 0}
    shown = {state: office.get(page, {"state": state}).context["rows"].paginator.count for state in counts}
    assert shown == counts
    assert office.get(page, {"state": "x"}).context["rows"].paginator.count == 0


def test_a_list_is_public_with_its_notice_alone(who):
    round = opened(who)
    one = listed(who, round)
    public = Client()
    assert public.get(f"/model-villages/{round.pk}/").status_code == 404
    under_notice(who, round)
    assert one.unit.name in public.get(f"/model-villages/{round.pk}/").content.decode()


def test_candidates_are_explained_village_by_village(who):
    round = opened(who)
    rows = client_of(who.county).get(f"/honours/{round.pk}/candidates/").context["page"].object_list
    assert [(unit.code, bool(unit.reasons)) for unit in rows] == [
        (VILLAGE, False),
        (THREE_STARS, True),
        (f"{THREE_STARS[:-1]}6", False),
    ]
