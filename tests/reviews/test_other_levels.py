"""Townships and stations are rated too, from the first report to the certificate, by those who stand above them."""

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from rest_framework.test import APIClient

from accounts import audit_words
from accounts.models import User
from accounts.role_holders import unit_and_offices
from accounts.roles import Role
from notifications.models import Notice
from ratings.events.applicable_scheme import event_names, event_names_anywhere
from ratings.home.office_home import applied
from ratings.models import Application, Cycle, Decision, Scheme, Stage, StarPeriod, Transition
from ratings.models.lifecycle import STEPS
from ratings.register.certificate import code_of
from ratings.todos.application_todos import SOURCES, ToAccept
from ratings.workflow.cycle import extend, open_cycle, reopen
from records.refusals import NotAllowed, WrongState
from reminders.matrix import matrix_of
from reports.annual.figures import area_names, register
from reports.dashboard import with_stage
from reviews.conflicts_of_interest import hearing_conflicts
from reviews.models import Appeal, Sheet
from reviews.todos.review_todos import entries as review_entries
from reviews.workflow import appeals, decisions, panels
from reviews.workflow.confirmation import confirm_due
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    AppealFactory,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    DecisionFactory,
    SchemeFactory,
    StarPeriodFactory,
    UnitFactory,
    at,
    person,
    scheme_body,
)
from tests.ratings.test_figures_below import township_body
from tests.reviews.conftest import TODAY
from villages.models import Level, Unit
from villages.townships import Townships

pytestmark = pytest.mark.django_db
STATION = "330624108S01"
VERDICT = {"star": 2, "reason": "会议研究"}


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.SECOND_FACTOR_REQUIRED = False


@built_once(at=TODAY)
def people(db):
    held = {
        "filler": (Role.TOWNSHIP_FILLER, TOWNSHIP),
        "signer": (Role.TOWNSHIP_SIGNER, TOWNSHIP),
        "office": (Role.TOWNSHIP_OFFICE, TOWNSHIP),
        "reviewer": (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
        "reviewer_b": (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
        "leader": (Role.TOWNSHIP_LEADER, TOWNSHIP),
        "county_reviewer": (Role.COUNTY_REVIEWER, COUNTY),
        "county_reviewer_b": (Role.COUNTY_REVIEWER, COUNTY),
        "county_office": (Role.COUNTY_OFFICE, COUNTY),
        "city_office": (Role.CITY_OFFICE, "3306"),
        "station_filler": (Role.FILLER, STATION),
        "station_signer": (Role.SIGNER, STATION),
        "village_filler": (Role.FILLER, VILLAGE),
    }
    UnitFactory(code=VILLAGE)
    UnitFactory(code=STATION, level=Level.STATION, rated=True)
    return {name: person(role, code, username=name) for name, (role, code) in held.items()}


def cycle_of(rates: str, **changes) -> Cycle:
    criteria = [] if rates == "station" else None
    body = township_body(**({} if criteria is None else {"criteria": criteria}), rates=rates, departments=[], **changes)
    if rates == "station":
        body["stars"] = [{"star": n, "total": 3 * n} for n in (3, 2, 1)]
    return CycleFactory(scheme=SchemeFactory(unit=UnitFactory(code=COUNTY), rates=rates, body=body))


class Api:
    """One person's requests; ``expected``: the status of the answer."""

    def __init__(self, user):
        self.client = APIClient()
        self.client.force_authenticate(user)

    def post(self, address, body=None, expected=(200, 201, 204)):
        answer = self.client.post(f"/api/v1/{address}/", body or {}, format="json")
        wanted = (expected,) if isinstance(expected, int) else expected
        assert answer.status_code in wanted, (address, answer.content.decode())
        return answer.json() if answer.content else None


def report(people, cycle, unit, who) -> Application:
    filler, signer = Api(people[f"{who}filler"]), Api(people[f"{who}signer"])
    pk = filler.post("applications", {"cycle": cycle.pk, "unit": unit})["id"]
    filler.post(f"applications/{pk}/answers", {"answers": [{"item": "2.1.a", "typed": "1"}]})
    filler.post(f"applications/{pk}/star", {"star": 3})
    signer.post(f"applications/{pk}/submit")
    return Application.objects.get(pk=pk)


def score(application, reviewers):
    for reviewer in reviewers:
        sheet = Sheet.objects.get(application=application, reviewer=reviewer)
        client = Api(reviewer).client
        body = {"entries": [{"item": "2.1.a", "value": "1"}]}
        assert client.put(f"/api/v1/sheets/{sheet.pk}/entries/", body, format="json").status_code == 200
        assert client.post(f"/api/v1/sheets/{sheet.pk}/hand_in/").status_code == 204


def release(api, cycle, unit, stage) -> Decision:
    batch = api.post(
        "batches", {"cycle": cycle.pk, "unit": unit, "stage": stage, "met_on": "2026-03-02", "document": "评1号"}
    )
    api.post(f"batches/{batch['id']}/release")
    return Decision.objects.get(pk=batch["decisions"][0])


def test_a_township_is_rated_by_its_county_and_wins_its_appeal(people, client):
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = cycle_of("township")
        DecisionFactory(unit_id=VILLAGE, unit=None, star=4, year=2025, on=date(2026, 1, 5))
        application = report(people, cycle, TOWNSHIP, "")
        for name in ("office", "leader"):
            Api(people[name]).post(f"applications/{application.pk}/accept", expected=404)
        assert Api(people["county_office"]).post(f"applications/{application.pk}/accept")["state"] == "county_review"
        reviewers = [people["county_reviewer"], people["county_reviewer_b"]]
        panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=people["county_office"])
        score(application, reviewers)
        Api(people["leader"]).post(f"verdicts/{application.pk}/decide", VERDICT, expected=404)
        Api(people["county_office"]).post(f"verdicts/{application.pk}/decide", VERDICT)
        decision = release(Api(people["county_office"]), cycle, COUNTY, "county")
        client.force_login(people["signer"])
        assert client.get(reverse("home")).status_code == 200
        assert client.get(reverse("result", args=[application.pk])).status_code == 200
    with freeze_time("2026-03-10 10:00+08:00"):
        confirm_due()
        assert StarPeriod.objects.on().get(unit=TOWNSHIP).star == 2
        appeal = appeals.make_appeal(decision, reasons="村的得分算少了", by=people["signer"])
        hearer = people["city_office"]
        with pytest.raises(NotAllowed):
            appeals.convene(appeal, [people["county_reviewer"]], by=people["county_office"])
        appeals.convene(appeal, [hearer], by=person(Role.CITY_OFFICE, "3306"))
        new = appeals.uphold(appeal, star=3, document="复1号", answer="应评三星", by=hearer)
        assert StarPeriod.objects.on(date(2026, 3, 11)).get(unit=TOWNSHIP).star == 3
    with freeze_time("2026-03-12 10:00+08:00"):
        assert client.get(reverse("certificate", args=[code_of(new.pk)])).context["printable"]
        assert client.get(reverse("certificate_paper", args=[code_of(new.pk)])).status_code == 200


def test_a_station_is_rated_by_its_township(people):
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = cycle_of("station", townships_decide_up_to=3)
        application = report(people, cycle, STATION, "station_")
        Api(people["county_office"]).post(f"applications/{application.pk}/accept", expected=404)
        assert Api(people["office"]).post(f"applications/{application.pk}/accept")["state"] == "township_review"
        reviewers = [people["reviewer"], people["reviewer_b"]]
        township = UnitFactory(code=TOWNSHIP)
        panels.convene(cycle, township, Stage.TOWNSHIP, reviewers, by=people["office"])
        score(application, reviewers)
        Api(people["leader"]).post(f"verdicts/{application.pk}/decide", {"star": 3})
        release(Api(people["office"]), cycle, TOWNSHIP, "township")
    with freeze_time("2026-03-10 10:00+08:00"):
        confirm_due()
        assert StarPeriod.objects.on().get(unit=STATION).star == 3


def test_the_county_sees_where_its_townships_stand(people, client):
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = cycle_of("township")
        decision = DecisionFactory(unit_id=TOWNSHIP, unit=None, star=4, year=2025, on=date(2026, 1, 5))
        StarPeriodFactory(decision=decision, during=(date(2026, 1, 5), None))
        Api(people["county_office"]).post(f"applications/{report(people, cycle, TOWNSHIP, '').pk}/accept")
        client.force_login(people["county_office"])
        assert client.get(reverse("dashboard", args=[COUNTY])).context["other_levels"] == [("township", "乡镇评定")]
        page = client.get(reverse("dashboard_level", args=[COUNTY, "township"]))
        assert [(one["name"], one["star"], str(one["stage"])) for one in page.context["units"]] == [
            (UnitFactory(code=TOWNSHIP).name, "四星", "县级评审")
        ]
        assert client.get(page.context["units"][0]["url"]).status_code == 200
        above = client.get(reverse("dashboard_level", args=[COUNTY, "village"]))
        assert above.status_code == 404
        client.force_login(people["city_office"])
        rows = client.get(reverse("dashboard_level", args=["3306", "township"])).context["rows"]
        assert [row["place"].stars[4] for row in rows] == [1, 1]


def test_nobody_is_head_of_a_village_at_a_station(people, client):
    client.force_login(people["station_signer"])
    with freeze_time("2026-03-02 10:00+08:00"):
        page = client.get(reverse("home")).content.decode()
    assert ("站所主要负责人" in page, "村主要负责人" in page) == (True, False)
    assert [people[who].posts[0].office for who in ("signer", "station_filler", "village_filler")] == [
        "乡镇主要负责人",
        "填报员",
        "填报员",
    ]


def test_a_township_left_without_a_star_appeals_to_the_city(people, client):
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = cycle_of("township")
        application = report(people, cycle, TOWNSHIP, "")
        county = Api(people["county_office"])
        county.post(f"applications/{application.pk}/accept")
        due = {"criteria": {"2.1": "请核对"}, "due": at(2026, 3, 9).isoformat()}
        assert county.post(f"applications/{application.pk}/return", due)["state"] == "returned"
        assert Api(people["signer"]).post(f"applications/{application.pk}/resubmit")["state"] == "county_review"
        client.force_login(people["signer"])
        page = client.get(reverse("application", args=[application.pk]))
        assert len(page.context["corrected"]) == 1
        county.post(f"verdicts/{application.pk}/send_back", {"reason": "退"}, expected=404)
        county.post(f"verdicts/{application.pk}/reject", {"reason": "弄虚作假"})
        result = client.get(reverse("result", args=[application.pk])).context["result"]
        titles = [step.title for _chapter, steps in result.chapters for step in steps]
        of_county = [str(STEPS[verb].told) for verb in ("accept", "return", "reject")]
        assert [title for title in titles if title in of_county] == of_county
        made = Api(people["signer"]).post("appeals", {"application": application.pk, "reasons": "并无此事"})
        appeal = Appeal.objects.get(pk=made["id"])
        appeals.convene(appeal, [people["city_office"]], by=person(Role.CITY_OFFICE, "3306"))
        appeals.reverse(appeal, document="复2号", answer="查无此事", by=people["city_office"])
        application.refresh_from_db()
        assert application.state == "county_review"


def test_steps_that_were_stored_under_former_names_still_count(people, client):
    with freeze_time("2026-03-02 10:00+08:00"):
        application = ApplicationFactory(cycle=cycle_of("township"), unit=UnitFactory(code=TOWNSHIP), state="rejected")
        states = ["submitted", "county_review", "returned", "county_review", "rejected"]
        verbs = ["accept_county", "return_county", "resume_county", "reject_county"]
        office = people["county_office"]
        stored = [
            Transition(
                application=application, verb=verb, from_state=before, to_state=after, by=office, at=timezone.now()
            )
            for verb, before, after in zip(verbs, states, states[1:], strict=False)
        ]
        Transition.objects.bulk_create(stored)
        appeal = AppealFactory(decision=None, application=application, unit=application.unit)
        assert hearing_conflicts(appeal, [office.pk, people["city_office"].pk]) == {office.pk: "decided"}
        client.force_login(office)
        page = client.get(reverse("application", args=[application.pk]))
        told = [str(STEPS[verb].told) for verb in ("accept", "return", "resume", "reject")]
        assert [str(step.name) for step in page.context["taken"]][-4:] == told
        result = client.get(reverse("result", args=[application.pk])).context["result"]
        titles = [step.title for _chapter, steps in result.chapters for step in steps]
        assert [title for title in titles if title in told][-3:] == [
            told[0],
            *told[2:],
        ]  # no return is kept
        assert {*audit_words.verbs_named_like("reject")} == {"reject", "reject_county"}


def test_those_of_a_rated_township_stay_out_of_its_review_and_of_its_villages(people):
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = cycle_of("township")
        both = people["county_reviewer"]
        AppointmentFactory(user=both, role=Role.TOWNSHIP_LEADER, unit=UnitFactory(code=TOWNSHIP))
        application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=TOWNSHIP), state="county_review")
        reviewers = [both, people["county_reviewer_b"]]
        panels.convene(cycle, cycle.unit, Stage.COUNTY, reviewers, by=people["county_office"])
        states = dict(Sheet.objects.filter(application=application).values_list("reviewer__username", "state"))
        assert states == {"county_reviewer": "recused", "county_reviewer_b": "open"}
        of_village = ApplicationFactory(cycle=CycleFactory(scheme=SchemeFactory()), unit=UnitFactory(code=VILLAGE))
        filler, signer, office = people["filler"], people["signer"], people["office"]
        rights = [(who, of) for who in (filler, signer) for of in ("ratings.fill", "ratings.sign", "reviews.appeal")]
        assert not any(who.has_perm(right, of_village) for who, right in rights)
        assert [who.has_perm("ratings.fill", application) for who in (filler, signer, office)] == [True, True, False]
        Api(filler).post(f"applications/{of_village.pk}/answers", {"answers": []}, expected=404)
        with pytest.raises(NotAllowed):
            decisions.reject(application, by=people["leader"], reason="x")


def test_the_ratings_of_a_year_are_told_apart_and_no_township_reviews_itself(people, client):
    with freeze_time("2026-03-02 10:00+08:00"):
        of_villages = CycleFactory(scheme=SchemeFactory())
        ratings = {rates: cycle_of(rates) for rates in ("station", "township")}
        shown = {}
        for who in ("office", "county_office"):
            client.force_login(people[who])
            places = client.get(reverse("review_panels")).context["places"]
            shown[who] = {place.cycle for place in places}
        assert shown["office"] == {of_villages, ratings["station"]}
        assert shown["county_office"] == {of_villages, *ratings.values()}
        named = [of_villages.title, ratings["station"].title]
        assert named == ["2026", f"2026 · {ratings['station'].scheme.name}"]
        assert [Townships().above(code) for code in (TOWNSHIP, VILLAGE)] == [
            of_villages.unit.name,
            UnitFactory(code=TOWNSHIP).name,
        ]
        office, reviewers = people["office"], [people["reviewer"], people["reviewer_b"]]
        with pytest.raises(NotAllowed):
            panels.convene(ratings["township"], UnitFactory(code=TOWNSHIP), Stage.TOWNSHIP, reviewers, by=office)


def test_an_event_is_named_as_the_schemes_for_its_units_level_name_it(people):
    for rates, name in (("village", "村干部被立案"), ("station", "工作人员被立案")):
        events = [{"code": "case_opened", "name": name}]
        SchemeFactory(rates=rates, year=2026, body=scheme_body(rates=rates, events=events, rules=[]))
    names = event_names([STATION, VILLAGE])
    units = [UnitFactory(code=VILLAGE), Unit.objects.get(code=STATION)]
    assert [names.of(unit, "case_opened") for unit in units] == ["村干部被立案", "工作人员被立案"]
    assert event_names_anywhere(["case_opened"]) == {"case_opened": "村干部被立案"}


def test_a_review_that_begins_later_is_said_on_the_sheet_and_waits_for_its_day(people, client):
    cycle = cycle_of("station", townships_decide_up_to=3)
    cycle.windows.filter(step="township_review").update(opens=at(2026, 3, 13))
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=STATION), state="township_review")
    reviewer = people["reviewer"]
    with freeze_time("2026-03-02 10:00+08:00"):
        reviewers = [reviewer, people["reviewer_b"]]
        panels.convene(cycle, UnitFactory(code=TOWNSHIP), Stage.TOWNSHIP, reviewers, by=people["office"])
    page = reverse("review_sheet", args=[Sheet.objects.get(application=application, reviewer=reviewer).pk])
    seen = {}
    for day in (2, 13):
        with freeze_time(f"2026-03-{day:02} 10:00+08:00"):
            client.force_login(reviewer)
            seen[day] = client.get(page).context["not_yet"], [one.title for one in review_entries(reviewer)]
    assert seen == {2: ("“乡镇评审”在2026年3月13日 00:00开始。", []), 13: ("", ["有1份申报等您评分"])}


def told(kind):
    return sorted(Notice.objects.filter(kind=kind).values_list("user__username", flat=True))


def test_a_level_hears_of_its_own_time_limits_alone(people):
    office = people["county_office"]
    with freeze_time("2026-03-02 10:00+08:00"):
        for rates, hears in (
            ("township", ["filler", "office", "signer"]),
            ("station", ["office", "station_filler", "station_signer"]),
            ("village", ["office", "village_filler"]),
        ):
            cycle = CycleFactory(scheme=SchemeFactory()) if rates == "village" else cycle_of(rates)
            extend(cycle, "apply", closes=at(2027, 6, 1), reason="下雨", by=office)
            assert told("time_extended") == hears
            Notice.objects.all().delete()


def test_a_township_neither_extends_nor_accepts_its_own_application(people, client):
    office, county = people["office"], people["county_office"]
    with freeze_time("2026-03-02 10:00+08:00"):
        of_villages, cycle = CycleFactory(scheme=SchemeFactory()), cycle_of("township")
        township = UnitFactory(code=TOWNSHIP)
        more = {"closes": at(2027, 6, 1), "reason": "来不及"}
        with pytest.raises(NotAllowed):
            reopen(cycle, township, by=office, **more)
        reopen(cycle, township, by=county, **more)
        client.force_login(office)
        rows = client.get(reverse("applications_not_begun")).context["page"]
        assert [(row["cycle"], row["unit"].code) for row in rows] == [(of_villages, VILLAGE)]
        assert client.get(reverse("application_reopen", args=[of_villages.pk, VILLAGE])).status_code == 200
        assert client.get(reverse("application_reopen", args=[cycle.pk, TOWNSHIP])).status_code == 404
        client.force_login(county)
        rows = client.get(reverse("applications_not_begun")).context["page"]
        assert {(row["unit"].code, row["may_fill"]) for row in rows} == {(VILLAGE, False), (TOWNSHIP, False)}
        page = reverse("application_reopen", args=[cycle.pk, TOWNSHIP])
        assert client.post(page, {"closes": "2027-07-01", "reason": "来不及"}).status_code == 302
        assert cycle.extensions.get().closes == at(2027, 7, 2)
        assert dict(applied(office))["cycle"] == of_villages
        ApplicationFactory(cycle=cycle, unit=township, state="submitted")
        assert (accepting(office), accepting(county)) == ([], ["Accept 1 application"])
        ApplicationFactory(cycle=of_villages, unit=UnitFactory(code=VILLAGE), state="submitted")
        assert (accepting(office), accepting(county)) == (["Accept 1 application"], ["Accept 1 application"])
        assert [opened_by(client, user) for user in (office, county)] == [[VILLAGE], [TOWNSHIP]]
        client.force_login(county)
        everything = client.get(reverse("applications"), {"state": "submitted"})
        assert [one.unit_id for one in everything.context["page"]] == [TOWNSHIP, VILLAGE]
        assert everything.context["form"].fields["level"].choices[1:] == [
            ("township", "乡镇（街道）"),
            ("below", "村和站所"),
        ]


def opened_by(client, user):
    """The units of the applications to which the to-do leads."""
    [todo] = [todo for source in SOURCES if isinstance(source, ToAccept) for todo in source.entries(user)]
    client.force_login(user)
    return [one.unit_id for one in client.get(todo.url).context["page"]]


def accepting(user):
    sources = [source for source in SOURCES if isinstance(source, ToAccept)]
    with override("en"):
        return [str(todo.title) for source in sources for todo in source.entries(User.objects.get(pk=user.pk))]


def test_what_befalls_a_village_is_no_concern_of_the_townships_own_people(people):
    village = UnitFactory(code=VILLAGE)
    units = {VILLAGE: village, TOWNSHIP: UnitFactory(code=TOWNSHIP), STATION: UnitFactory(code=STATION)}
    names = {user.pk: name for name, user in people.items()}
    found = unit_and_offices([Role.TOWNSHIP_OFFICE], units.values())
    assert {code: sorted(names[user] for user in users) for code, users in found.items()} == {
        VILLAGE: ["office", "village_filler"],
        TOWNSHIP: ["filler", "office", "signer"],
        STATION: ["office", "station_filler", "station_signer"],
    }
    with freeze_time("2026-03-02 10:00+08:00"):
        cycle = CycleFactory(scheme=SchemeFactory())
        application = ApplicationFactory(cycle=cycle, unit=village, state="township_review")
        decisions.reject(application, by=people["leader"], reason="弄虚作假")
        assert told("application_rejected") == ["office", "reviewer", "reviewer_b", "village_filler"]


def test_stations_are_not_counted_as_villages(people):
    county, township = UnitFactory(code=COUNTY), UnitFactory(code=TOWNSHIP)
    with transaction.atomic():
        assert [row.code for row in register(county, 2026)] == [VILLAGE]
    assert [unit.code for unit in with_stage(township, [])] == [VILLAGE]
    assert [row.unit.code for row in matrix_of(people["office"], township).rows] == [VILLAGE]
    cycle = cycle_of("station")
    DecisionFactory(unit_id=STATION, unit=None, year=2026, scheme=cycle.scheme)
    assert area_names(county, 2026) == {}


def test_levels_without_anybody_above_are_not_rated(people):
    scheme = Scheme.objects.create(
        unit=UnitFactory(code=COUNTY), rates="county", year=2026, name="县", body=township_body(rates="county"),
        state="issued", issued_at=at(2026, 1, 1),
    )  # fmt: skip
    with pytest.raises(WrongState):
        open_cycle(scheme, facts_until=date(2026, 12, 31), windows={}, by=people["county_office"])
