"""Pages about the register, events and proposals: what each person sees there, and what is hidden from others."""

from datetime import date

import pytest
from django.urls import reverse

from accounts.roles import Role
from ratings import exports
from ratings.events.applicable_scheme import EventNames
from ratings.models import Event, Proposal
from ratings.register.certificate import code_of, decision_of
from ratings.register.rerating import rerate
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    person,
    scheme_body,
)
from tests.form_steps import key_of, looked, pressed, recorded
from tests.markup import squeezed
from villages.models import ReorganizationOrder, UnitSuccession

pytestmark = [pytest.mark.django_db, pytest.mark.urls("config.urls")]
ELSEWHERE = "330681001218"
NOW = "2026-06-15 10:00:00+08:00"


@pytest.fixture(autouse=True)
def _today(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def star(db):
    """A village of four stars, another county's of five, and a scheme."""
    UnitFactory(code=COUNTY, name="新昌县")
    UnitFactory(code=TOWNSHIP, name="沙溪镇")
    SchemeFactory(year=2026)
    DecisionFactory(unit=UnitFactory(code=ELSEWHERE, name="袁家村"), star=5)
    decision = DecisionFactory(unit=UnitFactory(code=VILLAGE, name="沙溪村"), star=4, document="新评〔2026〕1号")
    rerate("")
    return decision


def shown(client, user, name, *args, **query):
    client.force_login(user)
    return client.get(reverse(name, args=args), query)


def units_of(response):
    return [period.unit_id for period in response.context["page"]]


def events_of(response):
    return {event.pk for event in response.context["page"]}


def test_register_shows_only_units_within_reach(client, star):
    assert units_of(shown(client, person(Role.SIGNER, VILLAGE), "register")) == [VILLAGE]
    assert units_of(shown(client, person(Role.CITY_OFFICE, "3306"), "register")) == [VILLAGE, ELSEWHERE]


@pytest.mark.parametrize(
    ("query", "found"), [({"q": "沙溪"}, [VILLAGE]), ({"star": "5"}, [ELSEWHERE]), ({"q": "330681"}, [ELSEWHERE])]
)
def test_register_can_be_searched(client, star, query, found):
    assert units_of(shown(client, person(Role.CITY_OFFICE, "3306"), "register", **query)) == found


def test_a_units_page_tells_its_past_and_what_was_known_then(client, star):
    office = person(Role.COUNTY_OFFICE, COUNTY)
    with freeze_time("2026-06-16 10:00:00+08:00"):
        EventFactory(unit=star.unit, on=date(2026, 3, 1))
        rerate([VILLAGE])
        now = shown(client, office, "register_unit", VILLAGE).context["periods"]
        then = shown(client, office, "register_unit", VILLAGE, known="2026-06-15").context["periods"]
    assert [(p.during.lower, p.star, p.effects) for p in now] == [
        (date(2026, 3, 1), 3, ["cap:3"]),
        (date(2026, 1, 20), 4, []),
    ]
    assert [(p.during.lower, p.star, p.effects) for p in then] == [(date(2026, 1, 20), 4, [])]


def test_a_unit_out_of_reach_is_not_there(client, star):
    assert shown(client, person(Role.SIGNER, VILLAGE), "register_unit", ELSEWHERE).status_code == 404


def test_anyone_sees_the_public_register(client, star):
    assert client.get(reverse("public_register")).status_code == 200
    for place in (COUNTY, TOWNSHIP):
        assert units_of(client.get(reverse("public_register_place", args=[place]))) == [VILLAGE]
    assert client.get(reverse("public_register_place", args=["3306"])).status_code == 404


def test_anyone_checks_a_certificate(client, star):
    code = code_of(star.pk)
    asked = client.get(reverse("certificate_ask"), {"code": f" {code.lower()} "})
    assert asked.url == reverse("certificate", args=[code])
    page = client.get(asked.url)
    assert (page.context["decision"], page.context["in_force"]) == (star, True)
    DecisionFactory(unit=star.unit, star=2, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    assert client.get(asked.url).context["in_force"] is False


@pytest.mark.parametrize("number", [1, 31, 32, 620_573, 10**9])
def test_a_check_code_is_read_back_and_not_made_up(number):
    code = code_of(number)
    assert decision_of(code.replace("-", " ").lower()) == number
    forged = code[:-1] + ("A" if code[-1] != "A" else "B")
    assert decision_of(forged) is None


def test_a_certificate_outlives_the_secret_key_that_signed_it(settings):
    code, old = code_of(7), settings.SECRET_KEY
    settings.SECRET_KEY = "another"
    assert decision_of(code) is None
    settings.SECRET_KEY_FALLBACKS = [old]
    assert (decision_of(code), decision_of(code_of(7))) == (7, 7)


def test_discipline_staff_record_and_close_an_event(client, star):
    staff = person(Role.DISCIPLINE, COUNTY)
    found = shown(client, staff, "event_choose_unit", q="沙溪村")
    assert [unit.code for unit in found.context["units"]] == [VILLAGE]
    page = reverse("event_record", args=[VILLAGE])
    assert client.get(page).status_code == 200
    given = {"kind": "case_opened", "on": "2026-06-01", "source": "新纪〔2026〕3号", "note": "立案"}
    assert "四星 → 三星，自2026年6月1日至2027年5月31日" in looked(client, page, given).content.decode()
    answer = recorded(client, page, given)
    event = Event.objects.get()
    assert answer.url == reverse("event", args=[event.pk])
    assert [p.star for p in shown(client, staff, "register").context["page"]] == [3]
    assert client.get(answer.url).context["may_close"] is True
    close, closing = reverse("event_close", args=[event.pk]), {"on": "2026-06-10", "reason": "已退赃，账目重做"}
    assert client.post(close, closing | {"key": key_of(looked(client, close, closing), close)}).status_code == 302
    assert [p.star for p in shown(client, staff, "register").context["page"]] == [4]
    closed = shown(client, person(Role.SIGNER, VILLAGE), "event", event.pk).content.decode()
    assert closed.count("已退赃，账目重做") == 1
    assert str(staff) in closed
    assert "待处理" not in closed


def test_a_list_calls_an_open_event_not_rectified():
    event = EventFactory()
    assert "未整改" in [column.value(event) for column in exports.events(EventNames())]


def test_what_was_typed_is_kept_beside_what_is_wrong(client, star):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page = reverse("event_record", args=[VILLAGE])
    answer = looked(client, page, {"kind": "case_opened", "on": "2026-06-16", "note": "立案"})
    assert list(answer.context["form"].errors) == ["on"]
    assert answer.context["form"]["note"].value() == "立案"
    assert Event.objects.count() == 0


@pytest.mark.parametrize(
    ("role", "place"), [(Role.COUNTY_OFFICE, COUNTY), (Role.TOWNSHIP_LEADER, TOWNSHIP), (Role.DISCIPLINE, "330681")]
)
def test_others_find_no_door_to_record_or_close(client, star, role, place):
    event = EventFactory(unit=star.unit)
    user = person(role, place)
    assert shown(client, user, "event_record", VILLAGE).status_code == 404
    for name in ("event_close", "event_release"):
        assert client.post(reverse(name, args=[event.pk]), {"on": "2026-06-10", "reason": "x"}).status_code == 404
    assert Event.objects.get().closed is None


def test_events_are_listed_within_reach(client, star):
    here, there = EventFactory(unit=star.unit), EventFactory(unit=UnitFactory(code=ELSEWHERE))
    assert events_of(shown(client, person(Role.DISCIPLINE, COUNTY), "events")) == {here.pk}
    city = person(Role.CITY_DISCIPLINE, "3306")
    assert events_of(shown(client, city, "events")) == {here.pk, there.pk}
    assert events_of(shown(client, city, "events", state="closed")) == set()
    assert shown(client, person(Role.DISCIPLINE, COUNTY), "event", there.pk).status_code == 404


def test_the_authority_settles_a_proposal_from_its_to_do_list(client, star):
    county, leader = person(Role.COUNTY_OFFICE, COUNTY), person(Role.TOWNSHIP_LEADER, TOWNSHIP)
    EventFactory(unit=star.unit)
    rerate([VILLAGE])
    proposal = Proposal.objects.get()
    home = shown(client, county, "home").context
    assert reverse("proposals") in [entry.url for entry in (home["first"], *home["others"])]
    assert list(shown(client, county, "proposals").context["page"]) == [proposal]
    assert list(shown(client, leader, "proposals").context["page"]) == []
    assert shown(client, leader, "proposal_settle", proposal.pk).status_code == 404
    assert shown(client, county, "event", proposal.event_id).context["rules"][1]["may_settle"] is True
    page = reverse("proposal_settle", args=[proposal.pk])
    assert list(pressed(client, page, {"decline": "1"}).context["form"].errors) == ["reason"]
    pressed(client, page, {"confirm": "1"})
    proposal.refresh_from_db()
    assert proposal.state == Proposal.State.CONFIRMED
    assert [p.effects for p in shown(client, county, "register").context["page"]] == [("cap:3", "lower:1")]


CASE = {"kind": "case_opened", "on": "2026-06-01", "source": "新纪〔2026〕3号", "note": "立案"}
CLOSING = {"on": "2026-06-15", "reason": "已退赃"}


def said(answer):
    return [(message.level_tag, str(message)) for message in answer.context["messages"]]


def test_an_event_is_recorded_as_the_page_offered_it_or_not_at_all(client, star):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page, case = reverse("event_record", args=[VILLAGE]), CASE | {"record": "1"}
    assert (client.post(page, case).status_code, Event.objects.count()) == (409, 0)
    key = key_of(looked(client, page, CASE))
    assert (client.post(page, case | {"key": key, "star": "5"}).status_code, Event.objects.count()) == (400, 0)
    assert (client.post(page, case | {"key": key, "on": "2026-06-02"}).status_code, Event.objects.count()) == (409, 0)
    DecisionFactory(unit=star.unit, star=5, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    late = client.post(page, case | {"key": key})
    assert (late.status_code, Event.objects.count()) == (409, 0)
    assert ["五星 → 三星" in late.content.decode(), late.context["form"]["note"].value()] == [True, "立案"]
    twice = [client.post(page, case | {"key": key_of(late)}, follow=True) for _click in range(2)]
    assert said(twice[0]) == said(twice[1])
    assert Event.objects.count() == 1


def test_words_of_a_clue_or_a_secret_are_asked_about_and_not_refused(client, star):
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page, given = reverse("event_record", args=[VILLAGE]), CASE | {"note": "问题线索办结"}
    asked = looked(client, page, given)
    assert "请核对后勾选" in asked.content.decode()
    assert (asked.context["form"].asked, 'name="sure"' in asked.content.decode()) == (["问题线索"], True)
    unsure = recorded(client, page, given)
    assert (unsure.status_code, list(unsure.context["form"].errors), Event.objects.count()) == (400, ["sure"], 0)
    assert recorded(client, page, given | {"sure": "on"}).status_code == 302
    assert (
        recorded(client, page, CASE | {"source": "二", "sure": "on"}).status_code == 302
    )  # the tick was not asked for


@pytest.mark.parametrize(("verb", "given"), [("close", CLOSING), ("release", {})])
def test_a_step_on_an_event_that_is_not_as_it_was_shown_is_not_taken(client, star, verb, given):
    event = EventFactory(unit=star.unit, held=verb == "release")
    rerate([VILLAGE])
    client.force_login(person(Role.DISCIPLINE, COUNTY))
    page, step = reverse("event", args=[event.pk]), reverse(f"event_{verb}", args=[event.pk])
    assert client.post(step, given).status_code == 409
    key = key_of(client.get(page), step)
    assert client.post(step, given | {"key": key, "star": "5"}).status_code == 400
    DecisionFactory(unit=star.unit, star=5, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    before = Event.objects.get()
    late = client.post(step, given | {"key": key})
    now = Event.objects.get()
    assert (late.status_code, now.held, now.closed) == (409, before.held, before.closed)
    twice = [client.post(step, given | {"key": key_of(late, step)}, follow=True) for _click in range(2)]
    assert said(twice[0]) == said(twice[1]) == [("success", said(twice[0])[0][1])]
    now = Event.objects.get()
    assert (now.held, now.closed) == (False, date(2026, 6, 15) if verb == "close" else None)


def test_a_proposal_is_settled_as_it_was_shown_or_not_at_all(client, star):
    county = person(Role.COUNTY_OFFICE, COUNTY)
    event = EventFactory(unit=star.unit)
    rerate([VILLAGE])
    page = reverse("proposal_settle", args=[Proposal.objects.get().pk])
    client.force_login(county)
    assert client.post(page, {"confirm": "1"}).status_code == 409
    key = key_of(client.get(page))
    assert client.post(page, {"confirm": "1", "key": key, "star": "5"}).status_code == 400
    DecisionFactory(unit=star.unit, star=5, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    late = client.post(page, {"confirm": "1", "key": key})
    assert (late.status_code, Proposal.objects.get().state, event.proposals.count()) == (409, "open", 1)
    twice = [client.post(page, {"confirm": "1", "key": key_of(late)}, follow=True) for _click in range(2)]
    assert said(twice[0]) == said(twice[1]) == [("success", said(twice[0])[0][1])]
    assert Proposal.objects.get().state == "confirmed"
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY, username="colleague"))
    other = client.post(page, {"decline": "1", "reason": "x", "key": key}, follow=True)
    assert [tag for tag, _words in said(other)] == ["warning"]


@pytest.mark.parametrize(
    ("typed", "found"), [("沙溪", [VILLAGE]), ("sxc", [VILLAGE]), ("shaxi", [VILLAGE]), ("袁家", [])]
)
def test_anyone_searches_a_countys_register_by_name_and_pinyin(client, star, typed, found):
    assert units_of(client.get(reverse("public_register_place", args=[COUNTY]), {"q": typed})) == found


def test_anyone_sees_what_stars_a_unit_held_and_its_former_names(client, star):
    by = person(Role.COUNTY_OFFICE, COUNTY)
    order = ReorganizationOrder.objects.create(
        kind="rename", document="新政〔2025〕8号", on=date(2025, 8, 1), reason="更名", by=by
    )
    UnitSuccession.objects.create(
        order=order, before=star.unit, after=star.unit, name_before="下溪村", name_after="沙溪村"
    )
    DecisionFactory(unit=star.unit, star=5, year=2026, on=date(2026, 6, 1))
    rerate([VILLAGE])
    page = client.get(reverse("public_unit", args=[VILLAGE]))
    assert [(one.star, one.since, one.last_day) for one in page.context["held"]] == [
        (5, date(2026, 6, 1), None),
        (4, date(2026, 1, 20), date(2026, 5, 31)),
    ]
    assert "下溪村 → 沙溪村" in squeezed(page.content.decode())
    assert client.get(reverse("public_unit", args=[COUNTY])).status_code == 404


def test_the_public_cannot_tell_the_day_of_an_event_that_leaves_the_star(client, star):
    """An effect begins a period of its own in the register; the star, and what the public sees, go on."""
    DecisionFactory(unit=star.unit, star=3, year=2026, on=date(2026, 2, 1))
    EventFactory(unit=star.unit, on=date(2026, 4, 1))
    rerate([VILLAGE])
    begun = star.unit.star_periods.known().order_by("during").values_list("star", "during__startswith")
    assert list(begun)[:3] == [(4, date(2026, 1, 20)), (3, date(2026, 2, 1)), (3, date(2026, 4, 1))]
    held = client.get(reverse("public_unit", args=[VILLAGE])).context["held"]
    assert [(one.star, one.since, one.last_day) for one in held] == [
        (3, date(2026, 2, 1), None),
        (4, date(2026, 1, 20), date(2026, 1, 31)),
    ]


def test_a_certificate_is_printed_only_while_its_star_is_held(client, star):
    paper = reverse("certificate_paper", args=[code_of(star.pk)])
    answer = client.get(paper)
    assert (answer["Content-Type"], b"".join(answer)[:5]) == ("application/pdf", b"%PDF-")
    EventFactory(unit=star.unit, on=date(2026, 3, 1))
    rerate([VILLAGE])
    assert client.get(paper).status_code == 404
    assert client.get(reverse("certificate_paper", args=["B7K3MX92QF"])).status_code == 404


def choices(response, field):
    return [value for value, _name in response.context["form"].fields[field].choices]


def test_the_register_offers_the_stars_of_the_scheme(client, star):
    assert choices(shown(client, person(Role.COUNTY_OFFICE, COUNTY), "register"), "star") == [
        "", "5", "4", "3", "2", "1", "0"
    ]  # fmt: skip
    body = scheme_body(year=2027, unit=COUNTY)
    body["stars"] = [line for line in body["stars"] if line["star"] <= 2] + [body["stars"][0] | {"star": 6}]
    SchemeFactory(year=2027, body=body)
    assert choices(shown(client, person(Role.COUNTY_OFFICE, COUNTY), "register"), "star")[:2] == ["", "6"]


def test_lists_are_filtered_by_township(client, star):
    other = UnitFactory(code=f"{COUNTY}105", name="羽林街道")
    office = person(Role.DISCIPLINE, COUNTY)
    event = EventFactory(unit=star.unit)
    for name, row in (("register", VILLAGE), ("events", event.unit_id)):
        page = shown(client, office, name)
        assert choices(page, "township") == ["", f"{COUNTY}105", TOWNSHIP]
        assert units_of(page) == [row]
        assert units_of(shown(client, office, name, township=TOWNSHIP)) == [row]
        assert units_of(shown(client, office, name, township=other.code)) == []


def test_who_reaches_one_township_chooses_none(client, star):
    page = shown(client, person(Role.TOWNSHIP_OFFICE, TOWNSHIP), "register")
    assert list(page.context["form"].fields) == ["q", "star"]
    assert f"<small>沙溪镇 {VILLAGE}</small>" in squeezed(page.content.decode())


@pytest.mark.parametrize(
    ("typed", "found"), [("沙溪", [VILLAGE]), ("204", [VILLAGE]), ("yjc", [ELSEWHERE]), ("", []), ("沙", [])]
)
def test_the_public_register_is_searched_without_choosing_a_county(client, star, typed, found):
    page = client.get(reverse("public_register"), {"q": typed})
    assert [period.unit_id for period in page.context["found"]] == found
