"""A rating that names townships, as in a pilot: the others of the county are left alone (issue 13, practice §3)."""

from datetime import date
from decimal import Decimal as D

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse

from accounts.roles import Role
from accounts.todo_list import todos_of
from notifications.models import Notice
from ratings.allowance import allowed_star
from ratings.models import Application, Cycle, Decision, Points, Stage
from ratings.models.cycle import CycleStep
from ratings.workflow import application as applications
from ratings.workflow import closing
from ratings.workflow import cycle as workflow
from records.refusals import Incomplete, NotAllowed, WrongState
from reports import dashboard
from reports.warnings import findings
from reviews.workflow.panels import convene
from tests.clock import freeze_time
from tests.factories import COUNTY, TOWNSHIP, ApplicationFactory, SchemeFactory, UnitFactory, at, person, scheme_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_autumn")]
OTHER = "330624109"
INSIDE, OUTSIDE = f"{TOWNSHIP}201", f"{OTHER}201"
TIMES = {
    CycleStep.APPLY: (at(2026, 9, 1), at(2026, 12, 1)),
    CycleStep.TOWNSHIP_REVIEW: (at(2026, 11, 15), at(2026, 12, 20)),
    CycleStep.COUNTY_REVIEW: (at(2026, 12, 10), at(2027, 1, 20)),
}


@pytest.fixture
def _autumn(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(at(2026, 11, 20, 9)):
        yield


@pytest.fixture
def office():
    for code in ("33", "3306", COUNTY, TOWNSHIP, OTHER, INSIDE, f"{TOWNSHIP}202", OUTSIDE, f"{OTHER}202"):
        UnitFactory(code=code)
    return person(Role.COUNTY_OFFICE, COUNTY)


def opened(office, *townships, **changes):
    given = {"facts_until": date(2026, 12, 31), "windows": TIMES, "by": office, "townships": townships} | changes
    return workflow.open_cycle(given.pop("scheme", None) or SchemeFactory(), **given)


def test_only_the_named_townships_are_rated_and_told(office):
    told = [person(Role.FILLER, INSIDE), person(Role.TOWNSHIP_OFFICE, TOWNSHIP)]
    person(Role.FILLER, OUTSIDE), person(Role.TOWNSHIP_OFFICE, OTHER)
    cycle = opened(office, TOWNSHIP)
    assert list(cycle.rated_units().values_list("code", flat=True)) == [INSIDE, f"{TOWNSHIP}202"]
    assert set(Notice.objects.values_list("user", flat=True)) == {user.pk for user in told}
    workflow.close_scoring(cycle, by=office)
    closed = Notice.objects.filter(kind="scoring_closed").values_list("user", flat=True)
    assert set(closed) == {told[1].pk, office.pk}


def test_more_time_is_told_to_those_concerned_alone(office):
    inside, outside = person(Role.FILLER, INSIDE), person(Role.FILLER, OUTSIDE)
    cycle = opened(office, TOWNSHIP)
    workflow.extend(cycle, CycleStep.APPLY, closes=at(2026, 12, 11), reason="雪", by=office)
    told = set(Notice.objects.filter(kind="time_extended").values_list("user", flat=True))
    assert (inside.pk in told, outside.pk in told) == (True, False)


@pytest.mark.parametrize("wrong", ["330681001", "330624", "330624777", INSIDE, "”"])
def test_townships_are_the_countys_own(office, wrong):
    UnitFactory(code="330681001")
    with pytest.raises(Incomplete) as refused:
        opened(office, TOWNSHIP, wrong)
    assert (list(refused.value.problems), Cycle.objects.count()) == (["townships"], 0)


def test_the_database_keeps_townships_and_applications_together(office):
    cycle = opened(office, TOWNSHIP)
    with pytest.raises(IntegrityError), transaction.atomic():
        ApplicationFactory(cycle=cycle, unit_id=OUTSIDE, unit=UnitFactory(code=OUTSIDE))
    mine = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=INSIDE))
    with pytest.raises(IntegrityError), transaction.atomic():
        Application.objects.filter(pk=mine.pk).update(unit=OUTSIDE)
    with pytest.raises(IntegrityError), transaction.atomic():
        Cycle.objects.create(
            unit_id=COUNTY,
            scheme=SchemeFactory(year=2027),
            year=2027,
            townships=["330681001"],
            facts_until="2027-12-31",
        )
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Cycle.objects.update(townships=[OTHER])


def test_the_share_at_the_top_is_that_of_the_pilot(office):
    body = scheme_body()
    body["stars"] = [{"star": 5, "total": 0, "top": D("0.5")}, {"star": 1, "total": 0}]
    cycle = opened(office, TOWNSHIP, scheme=SchemeFactory(body=body))
    for unit, points in ((INSIDE, 9), (f"{TOWNSHIP}202", 8)):
        one = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=unit), state="township_review")
        Points.objects.create(application=one, stage=Stage.TOWNSHIP, criterion="2.2", points=points)
        allowed_star.store(Application.objects.filter(pk=one.pk), Stage.TOWNSHIP, date(2026, 11, 20))
    workflow.close_scoring(cycle, by=office)  # half of two is one; half of the county's four would be two
    assert list(Application.objects.order_by("unit").values_list("panel_star", flat=True)) == [5, 1]


def test_closing_leaves_the_others_as_they_are(office):
    cycle = opened(office, TOWNSHIP)
    assert workflow.scored_so_far(cycle) == {"scored": 0, "unscored": 2}
    closing.close(cycle, by=office, document="评星办〔2026〕9号", reason="试点结束")
    assert list(Decision.objects.order_by("unit").values_list("unit", flat=True)) == [INSIDE, f"{TOWNSHIP}202"]


def test_who_is_left_alone_cannot_apply_and_is_asked_nothing(office, client):
    cycle = opened(office, TOWNSHIP)
    fillers = {code: person(Role.FILLER, code) for code in (INSIDE, OUTSIDE)}
    titles = {code: [entry.title for entry in todos_of(user)] for code, user in fillers.items()}
    assert (len(titles[INSIDE]), titles[OUTSIDE]) == (1, [])
    with pytest.raises(WrongState):
        applications.begin(UnitFactory(code=OUTSIDE), cycle, by=fillers[OUTSIDE])
    for code, status in ((INSIDE, 302), (OUTSIDE, 404)):
        client.force_login(fillers[code])
        assert len(client.get(reverse("apply"), follow=True).context["rows"]) == (code == INSIDE)
        assert client.post(reverse("application_begin", args=[cycle.pk, code])).status_code == status


def test_townships_left_alone_have_no_waiting_villages_and_no_panel(office, client):
    cycle = opened(office, TOWNSHIP)
    offices = {code: person(Role.TOWNSHIP_OFFICE, code) for code in (TOWNSHIP, OTHER)}
    for code, user in offices.items():
        client.force_login(user)
        waiting = client.get(reverse("applications_not_begun")).context["page"]
        places = client.get(reverse("review_panels")).context["places"]
        assert (len(waiting), bool(places)) == ((2, True) if code == TOWNSHIP else (0, False))
        again = client.get(reverse("application_reopen", args=[cycle.pk, f"{code}201"]))
        assert again.status_code == (200 if code == TOWNSHIP else 404)
    reviewers = [person(Role.TOWNSHIP_REVIEWER, OTHER) for _n in range(2)]
    with pytest.raises(NotAllowed):
        convene(cycle, UnitFactory(code=OTHER), Stage.TOWNSHIP, reviewers, by=offices[OTHER])


def test_dashboards_and_warnings_leave_the_others_alone(office):
    opened(office, TOWNSHIP)
    board = dashboard.board(UnitFactory(code=COUNTY), at(2026, 12, 2))
    assert {place.code: dict(place.stages) for place in board.places} == {
        TOWNSHIP: {"apply": 2},
        OTHER: {"left_out": 2},
    }
    assert (board.not_begun, board.year) == ([], 2026)
    late = {warning.unit for warning in findings(at(2026, 12, 2), COUNTY)}
    assert late == {INSIDE, f"{TOWNSHIP}202"}
    assert dashboard.board(UnitFactory(code=OTHER), at(2026, 12, 2)).year is None


def test_the_api_opens_a_pilot_and_says_so(office, client):
    scheme = SchemeFactory()
    windows = [{"step": step, "opens": opens, "closes": closes} for step, (opens, closes) in TIMES.items()]
    given = {"scheme": scheme.pk, "facts_until": "2026-12-31", "windows": windows}
    client.force_login(office)

    def sent(townships):
        return client.post("/api/v1/cycles/", given | {"townships": townships}, content_type="application/json")

    assert (sent(["330681001"]).status_code, Cycle.objects.count()) == (400, 0)
    made = sent([TOWNSHIP])
    assert (made.status_code, made.json()["townships"]) == (201, [TOWNSHIP])
    assert sent([OTHER]).status_code == 409
