"""A county's cycle: opened, scoring closed, closed with its exceptions; who may, and only once (practice §3)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.urls import reverse

from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Application, Cycle, Decision, Points, Stage, StarPeriod
from ratings.models.cycle import CycleStep
from ratings.workflow import closing
from ratings.workflow import cycle as workflow
from ratings.workflow.transition import move
from records.refusals import Incomplete, NotAllowed, WrongState
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    CycleFactory,
    SchemeFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.form_steps import key_of, pressed

CLOSING = {"document": "评星办〔2026〕9号", "reason": "县里统一安排"}
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_winter")]
TIMES = {
    CycleStep.APPLY: (at(2026, 11, 1), at(2026, 12, 1)),
    CycleStep.TOWNSHIP_REVIEW: (at(2026, 11, 15), at(2026, 12, 20)),
    CycleStep.COUNTY_REVIEW: (at(2026, 12, 10), at(2027, 1, 20)),
}


@pytest.fixture
def _winter(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time("2026-12-30T02:00:00Z"):
        yield


@pytest.fixture
def office():
    for code in ("33", "3306", COUNTY, TOWNSHIP):
        UnitFactory(code=code)
    return person(Role.COUNTY_OFFICE, COUNTY)


def village(n):
    return UnitFactory(code=f"{TOWNSHIP}{n}")


def opened(office, **changes):
    given = {"facts_until": date(2026, 12, 31), "windows": TIMES, "by": office} | changes
    return workflow.open_cycle(given.pop("scheme", None) or SchemeFactory(), **given)


def test_the_county_office_opens_and_everybody_is_told(office):
    filler, township = person(Role.FILLER, VILLAGE), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    cycle = opened(office)
    assert (cycle.state, cycle.year, cycle.windows.count()) == ("open", 2026, 3)
    assert set(Notice.objects.values_list("user", "kind")) == {
        (filler.pk, "cycle_opened"),
        (township.pk, "cycle_opened"),
    }


def test_a_year_is_opened_once_under_an_issued_scheme(office):
    with pytest.raises(WrongState):
        opened(office, scheme=SchemeFactory(state="draft", issued_at=None, version=3))
    opened(office, scheme=SchemeFactory())
    with pytest.raises(WrongState):
        opened(office, scheme=SchemeFactory(version=2))


def test_times_must_fit(office):
    with pytest.raises(Incomplete) as refused:
        opened(office, windows={CycleStep.APPLY: (at(2026, 12, 1), at(2026, 12, 1))})
    assert refused.value.problems.keys() == set(CycleStep.values)
    assert not Cycle.objects.exists()


@pytest.mark.parametrize(
    ("role", "code"), [(Role.COUNTY_OFFICE, "330681"), (Role.DISCIPLINE, COUNTY), (Role.CITY_OFFICE, "3306")]
)
def test_nobody_else_runs_it(office, role, code):
    cycle, stranger = opened(office), person(role, code)
    for step in (
        lambda: opened(stranger, scheme=SchemeFactory(year=2027)),
        lambda: workflow.set_windows(cycle, TIMES, by=stranger),
        lambda: workflow.close_scoring(cycle, by=stranger),
        lambda: closing.close(cycle, by=stranger, document="9"),
        lambda: closing.reverse(cycle, by=stranger, reason="错"),
    ):
        with pytest.raises(NotAllowed):
            step()


def scored(cycle, unit, total, state="township_review"):
    application = ApplicationFactory(cycle=cycle, unit=unit, state=state)
    Points.objects.create(application=application, stage=Stage.TOWNSHIP, criterion="2.2", points=total)
    Application.objects.filter(pk=application.pk).update(panel_total=total)
    return application


def test_closing_scoring_settles_the_stars_that_ask_for_a_rank(office):
    stars = [{"star": 2, "total": 5, "top": D("0.25")}, {"star": 1, "total": 1}]
    cycle = CycleFactory(scheme=SchemeFactory(body=scheme_body(stars=stars)))
    for n, points in [(201, 9), (202, 8), (203, 7), (204, 6)]:
        scored(cycle, village(n), points)
    workflow.close_scoring(cycle, by=office)
    assert list(Application.objects.order_by("unit").values_list("panel_star", flat=True)) == [2, 1, 1, 1]
    with pytest.raises(WrongState):
        workflow.close_scoring(cycle, by=office)


def test_closing_leaves_without_a_star_who_did_not_apply_or_was_rejected(office):
    cycle = CycleFactory()
    village(201)
    draft = ApplicationFactory(cycle=cycle, unit=village(202))
    rejected = ApplicationFactory(cycle=cycle, unit=village(203), state="township_review")
    move([rejected.pk], "reject", "rejected", by=None, reason="材料作假")
    waiting = ApplicationFactory(cycle=cycle, unit=village(204), state="county_review")
    confirmed = ApplicationFactory(cycle=cycle, unit=village(205), state="confirmed")
    UnitFactory(code=f"{TOWNSHIP}001")

    assert list(closing.exceptions(cycle)) == [waiting]
    assert len(closing.close(cycle, by=office, **CLOSING).concerned) == 3
    fields = ("unit_id", "application", "star", "origin", "state", "reason", "on", "cut_off", "decided_by")
    assert list(Decision.objects.order_by("unit").values_list(*fields)) == [
        (f"{TOWNSHIP}{n}", pk, 0, "closing", "confirmed", why, date(2026, 12, 30), date(2026, 12, 31), office.pk)
        for n, pk, why in [(201, None, "未申报"), (202, draft.pk, "未申报"), (203, rejected.pk, "不予评星：材料作假")]
    ]
    starless = {(f"{TOWNSHIP}{n}", 0) for n in (201, 202, 203)}
    assert set(StarPeriod.objects.known().values_list("unit_id", "star")) == starless
    assert confirmed.unit_id not in Decision.objects.values_list("unit_id", flat=True)


def test_a_cycle_closes_once(office):
    cycle = CycleFactory()
    village(201)
    closing.close(cycle, by=office, **CLOSING)
    with pytest.raises(WrongState):
        closing.close(cycle, by=office, **CLOSING)
    with pytest.raises(WrongState):
        workflow.set_windows(cycle, TIMES, by=office)
    assert Decision.objects.count() == 1
    assert Cycle.objects.get().scoring_closed_at is not None


# Pages.


def test_the_office_runs_a_year_on_its_pages(client, office):
    scheme = SchemeFactory()
    village(201)
    client.force_login(office)
    assert list(client.get(reverse("cycles")).context["schemes"]) == [scheme]
    times = {
        f"{step}-{name}": moment.strftime("%Y-%m-%dT%H:%M")
        for step, (opens, closes) in TIMES.items()
        for name, moment in (("opens", opens), ("closes", closes))
    }
    village(202)
    cycle = opened(office, scheme=scheme)
    page = reverse("cycle", args=[cycle.pk])
    assert [(row["name"], row["rated"], row["none"]) for row in client.get(page).context["table"]] == [
        (UnitFactory(code=TOWNSHIP).name, 2, 2)
    ]
    key = key_of(client.get(page))
    assert client.post(page, times | {"key": key, "star": "5"}).status_code == 400
    pressed(client, page, times | {"apply-closes": "2026-12-05T17:00"})
    late = client.post(page, times | {"key": key})
    assert (late.status_code, late.context["form"]["apply-closes"].value()) == (
        409,
        at(2026, 12, 5, 17).replace(tzinfo=None),
    )
    assert cycle.windows.get(step="apply").closes == at(2026, 12, 5, 17)
    close_scoring = reverse("cycle_close_scoring", args=[cycle.pk])
    client.post(close_scoring)
    assert Cycle.objects.get().scoring_closed_at is None
    shown = client.get(page).context
    assert shown["scoring"] == {"scored": 0, "unscored": 2}
    twice = [client.post(close_scoring, {"key": shown["scoring_key"]}, follow=True) for _n in range(2)]
    said = [str(message) for answer in twice for message in answer.context["messages"]]
    assert (len(said), len(set(said)), Cycle.objects.get().scoring_closed_at is None) == (2, 1, False)
    last = reverse("cycle_close", args=[cycle.pk])
    shown = client.get(last).context
    assert [one.unit for one in shown["concerned"]] == [f"{TOWNSHIP}201", f"{TOWNSHIP}202"]
    given = {"key": shown["key"], "document": "评星办〔2026〕9号"}
    assert [client.post(last, given, follow=True).status_code for _twice in range(2)] == [200, 200]
    assert Decision.objects.count() == 2


def test_the_pages_are_the_offices_alone(client, office):
    cycle, scheme = CycleFactory(), SchemeFactory(year=2027)
    for role, code in [(Role.COUNTY_OFFICE, "330681"), (Role.DISCIPLINE, COUNTY), (Role.FILLER, VILLAGE)]:
        client.force_login(person(role, code))
        for url in [
            reverse("cycle_open", args=[scheme.pk]),
            *(
                reverse(name, args=[cycle.pk])
                for name in ("cycle", "cycle_close", "cycle_reverse_closing", "cycle_close_scoring")
            ),
        ]:
            assert (role, url, client.post(url).status_code) == (role, url, 404)


def test_progress_does_not_betray_decisions(client, office):
    cycle = CycleFactory()
    ApplicationFactory(cycle=cycle, unit=village(201), state="decided")
    client.force_login(office)
    states = client.get(reverse("cycle", args=[cycle.pk])).context["states"]
    assert [(code, n) for code, _label, n in states] == [("township_review", 1)]


def test_the_county_office_gives_a_review_more_time_by_page_and_api(office, client):
    cycle = CycleFactory()
    unit = UnitFactory(code=VILLAGE)
    cycle.windows.filter(step="township_review").update(closes=at(2026, 9, 20))
    page = reverse("cycle_extend", args=[cycle.pk])
    client.force_login(office)
    given = {"step": "township_review", "unit": unit.name, "closes": "2027-02-05", "reason": "台风停课"}
    given["key"] = client.get(page).context["key"]
    wrong = client.post(page, given | {"unit": "没有这个村", "reason": ""})
    assert (wrong.status_code, sorted(wrong.context["form"].errors)) == (400, ["reason", "unit"])
    assert client.post(page, given).status_code == 302
    assert list(cycle.extensions.values_list("unit", "step", "closes")) == [
        (VILLAGE, "township_review", at(2027, 2, 6))
    ]
    assert client.post(page, given).status_code == 302  # a second click
    assert (
        client.post(page, given | {"unit": "", "closes": "2026-09-01", "key": wrong.context["key"]}).status_code == 400
    )
    stale = client.get(page).context["key"]
    assert client.post(page, given | {"unit": "", "key": wrong.context["key"]}).status_code == 302
    assert client.post(page, given | {"unit": "", "closes": "2027-03-05", "key": stale}).status_code == 409
    assert client.post(page, given | {"key": stale, "star": "5"}).status_code == 400
    assert cycle.windows.get(step="township_review").closes == at(2027, 2, 6)
    api = reverse("api-cycle-extend", args=[cycle.pk])
    body = {"step": "county_review", "closes": "2027-03-01T00:00+08:00", "reason": "台风停课"}
    assert client.post(api, body, content_type="application/json").status_code == 200
    assert cycle.windows.get(step="county_review").closes == at(2027, 3, 1)
    assert client.post(api, body | {"unit": "330699999299"}, content_type="application/json").status_code == 404
