"""Pages, programs and reminders for appeals that are not about a released decision."""

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.models import User
from accounts.roles import Role
from accounts.working_days import working_days_between
from ratings.models import Decision
from ratings.register.rerating import rerate
from ratings.workflow.closing import close
from records.deadlines import end_of
from reminders.models import ReminderLine
from reminders.workflow import send_daily
from reviews.appeals.appealable import of_rejection
from reviews.models import Appeal
from reviews.todos.appeal_todos import entries
from reviews.workflow import appeals, decisions
from tests.clients import api_of, client_of
from tests.clock import freeze_time
from tests.factories import NEIGHBOUR, VILLAGE, DecisionFactory, UnitFactory, person
from tests.form_steps import listed, pressed
from tests.reviews.appeals.test_appealable import CLOSING, WORDS, against, of_the_event


def titles(user):
    with translation.override("en"):
        return [str(todo.title) for todo in entries(User.objects.get(pk=user.pk))]


@pytest.fixture
def plain(settings, tmp_path):
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    settings.SECOND_FACTOR_REQUIRED = False
    settings.MEDIA_ROOT = tmp_path


def test_the_to_do_list_leads_the_signer_to_what_may_be_appealed(fallen):
    assert titles(fallen.filler) == []
    assert titles(fallen.signer) == [
        f"{fallen.application.unit.name}: what follows from “抽查不合格” of Sept. 20, 2026 may be appealed"
    ]
    appeal = against(of_the_event(fallen), fallen.signer)
    assert titles(fallen.signer) == titles(fallen.county_office) == []
    assert titles(fallen.city_office) == ["1 appeal needs people to hear it"]
    appeals.convene(appeal, [fallen.city_office], by=fallen.city_office)
    assert titles(fallen.city_office) == ["1 appeal to decide"]


def test_the_pages_lead_from_the_event_to_its_end(fallen, plain):
    signer, office = client_of(fallen.signer), client_of(fallen.city_office)
    make = reverse("appeal_event", args=[fallen.event.pk])
    assert [client_of(user).get(make).status_code for user in (fallen.filler, fallen.discipline)] == [404, 404]
    assert "抽查不合格" in signer.get(make).content.decode()
    assert signer.post(make, {"reasons": " "}).status_code == 200
    page = signer.post(make, {"reasons": "抽查对象有误。"}).headers["Location"]
    assert page == reverse("review_appeal", args=[Appeal.objects.get().pk])
    assert signer.get(make).headers["Location"] == reverse("register_unit", args=[VILLAGE])
    assert page in office.get(reverse("review_appeals")).content.decode()
    pressed(office, page, {"do": "convene", "hearers": [fallen.city_office.pk]})
    star = {"do": "uphold", "star": "4", "answer": "属实", "document": "绍评复1号"}
    assert (office.post(page, star).status_code, Appeal.objects.get().state) == (409, "open")
    assert "抽查不合格" in office.get(page).content.decode()
    assert office.post(page, {"do": "reverse", "answer": "属实", "document": " "}).status_code == 200
    confirmation = listed(office, page, {"do": "reverse", "answer": "确有误", "document": "绍评复1号"})
    assert office.post(page, confirmation).headers["Location"] == page
    assert Appeal.objects.get().state == "upheld"
    assert "确有误" in signer.get(page).content.decode()
    event = client_of(fallen.discipline).get(reverse("event", args=[fallen.event.pk]))
    assert not event.context["may_close"]


def test_a_rejected_result_shows_the_way_to_an_appeal_and_tells_it_afterwards(rejected, plain):
    signer = client_of(rejected.signer)
    make, result = (reverse(name, args=[rejected.application.pk]) for name in ("appeal_make", "result"))
    assert make in signer.get(result).content.decode()
    assert make not in client_of(rejected.filler).get(result).content.decode()
    page = signer.post(make, {"reasons": "资料属实。"}).headers["Location"]
    assert make not in signer.get(result).content.decode()
    appeals.convene(Appeal.objects.get(), [rejected.county_office], by=rejected.county_office)
    client_of(rejected.county_office).post(page, {"do": "reverse", "answer": "资料属实", "document": "新评复1号"})
    with translation.override("en"):
        told_there = signer.get(result, headers={"accept-language": "en"}).content.decode()
    assert "新评复1号" not in told_there
    assert "资料属实" in told_there


def test_the_closing_has_a_form_of_its_own(city, plain):
    neighbour = UnitFactory(code=NEIGHBOUR)
    signer = person(Role.SIGNER, NEIGHBOUR, username="next_signer")
    DecisionFactory(unit=neighbour, star=2)
    rerate([NEIGHBOUR])
    close(city.cycle, by=city.county_office, **CLOSING)
    make = reverse("appeal_closing", args=[Decision.objects.get(origin="closing", unit=NEIGHBOUR).pk])
    assert client_of(city.signer).get(make).status_code == 404
    assert client_of(signer).get(make).status_code == 200
    assert client_of(signer).post(make, {"reasons": "未收到通知。"}).status_code == 302
    assert Appeal.objects.get().unit_id == NEIGHBOUR


def test_the_api_knows_the_same_rules(fallen, plain):
    decisions.reject(fallen.application, by=fallen.township_leader, reason="资料不实")
    for given in ({}, {"event": fallen.event.pk, "application": fallen.application.pk}):
        assert (
            api_of(fallen.signer).post("/api/v1/appeals/", given | {"reasons": "x"}, format="json").status_code == 400
        )
    given = {"event": fallen.event.pk, "reasons": "抽查对象有误。"}
    other = person(Role.SIGNER, NEIGHBOUR, username="next_signer")
    for user in (other, fallen.filler):
        assert api_of(user).post("/api/v1/appeals/", given, format="json").status_code == 404
    made = api_of(fallen.signer).post("/api/v1/appeals/", given, format="json")
    assert (made.status_code, made.json()["event"], made.json()["decision"]) == (201, fallen.event.pk, None)
    assert api_of(fallen.signer).post("/api/v1/appeals/", given, format="json").status_code == 409
    address, office = f"/api/v1/appeals/{made.json()['id']}/", api_of(fallen.city_office)
    assert office.post(f"{address}reverse/", WORDS, format="json").status_code == 404
    assert office.post(f"{address}convene/", {"hearers": ["city_office"]}, format="json").status_code == 204
    assert office.post(f"{address}uphold/", WORDS | {"star": 4}, format="json").status_code == 409
    assert office.post(f"{address}reverse/", WORDS, format="json").status_code == 204
    event = api_of(fallen.discipline).get(f"/api/v1/events/{fallen.event.pk}/").json()
    assert event["reversed"] == "2026-09-28"
    own = api_of(fallen.signer).post(
        "/api/v1/appeals/", {"application": fallen.application.pk, "reasons": "资料属实。"}, format="json"
    )
    assert (own.status_code, own.json()["application"]) == (201, fallen.application.pk)


@pytest.mark.parametrize("told", ["rejected", "fallen"])
def test_the_signer_is_reminded_before_the_right_ends(told, request):
    place = request.getfixturevalue(told)
    subject = of_rejection(place.application) if told == "rejected" else of_the_event(place)
    last = working_days_between(subject.told_on, subject.last_day)[-4:]
    for day in last:
        with freeze_time(f"{day}T01:00:00Z"):
            send_daily()
    lines = ReminderLine.objects.filter(step="appeal").values_list("user__username", "due_at", "sent_at__date")
    assert list(lines) == [("signer", end_of(subject.last_day), last[0])]
