"""A year is opened in four steps and a last look, which says what will be told to whom; exactly that happens."""

import re
from datetime import date

import pytest
from django.urls import reverse

from accounts.models import CalendarDay
from accounts.roles import Role
from notifications.models import Notice
from ratings.models import Cycle, Stage
from ratings.models.cycle import CycleStep
from reviews.models import Panel
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    CycleFactory,
    PanelFactory,
    SchemeFactory,
    UnitFactory,
    WindowFactory,
    at,
    person,
)
from tests.ratings.test_figures_below import township_body

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_autumn")]
OTHER = "330624109"
NOW = at(2026, 9, 2, 9)


@pytest.fixture
def _autumn(settings):
    settings.SECOND_FACTOR_REQUIRED = False
    with freeze_time(NOW):
        yield


@built_once(at=NOW)
def county(db):
    for code in ("33", "3306", COUNTY, TOWNSHIP, OTHER, f"{TOWNSHIP}201", f"{OTHER}201", f"{OTHER}202"):
        UnitFactory(code=code)


@pytest.fixture
def opening(county, client):
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    return Opening(client, SchemeFactory())


class Opening:
    """The pages as a browser without scripts uses them: every field of the form goes back as it stands."""

    def __init__(self, client, scheme):
        self.client, self.url = client, reverse("cycle_open", args=[scheme.pk])
        self.answer = client.get(self.url)

    @property
    def fields(self):
        page = self.answer.content.decode()
        form = re.search(r'<form\s+class="form"\s+method="post"\s*>.*?</form>', page, re.DOTALL)[0]
        sent = {}
        for tag in re.findall(r"<input[^>]*>", form):
            attributes = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
            box = attributes.get("type") in ("checkbox", "radio")
            if "name" in attributes and (not box or re.search(r"\schecked", tag)):
                sent.setdefault(attributes["name"], []).append(attributes.get("value", "on"))
        return sent

    def send(self, button="go", value="", **typed):
        given = {name.replace("_days", "-days").replace("_opens", "-opens"): sent for name, sent in typed.items()}
        self.answer = self.client.post(self.url, self.fields | given | {button: value})
        return self

    def next(self, **typed):
        return self.send("go", str(self.answer.context["next"]), **typed)

    def back(self):
        return self.send("go", str(self.answer.context["back"]))

    @property
    def step(self):
        return self.answer.context["shown"]


def test_four_steps_open_a_pilot_as_the_last_page_says(opening):
    filler, outside = person(Role.FILLER, f"{TOWNSHIP}201"), person(Role.FILLER, f"{OTHER}201")
    township = person(Role.TOWNSHIP_OFFICE, TOWNSHIP)
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _n in range(3)]
    opening.next().next(who="townships", townships=[TOWNSHIP])
    opening.next(apply_opens="2026-10-08", apply_days="10")
    opening.next(reviewers=[str(reviewer.pk) for reviewer in reviewers[:2]])
    shown = opening.answer.context
    assert (opening.step, shown["cycle"]["rated"], len(shown["townships"]), shown["all_told"]) == (5, 1, 1, 2)
    assert [people for _role, people in shown["told"]] == [1, 0, 1]
    fields = opening.fields
    opening.send("open", "yes")
    assert opening.answer.status_code == 302
    again = opening.client.post(opening.url, fields | {"open": "yes"})
    assert (again.status_code, again.url, Cycle.objects.count()) == (302, opening.answer.url, 1)
    cycle = Cycle.objects.get()
    assert (cycle.townships, cycle.facts_until) == ([TOWNSHIP], date(2026, 12, 31))
    applying = cycle.windows.get(step=CycleStep.APPLY)  # 10 working days from 8 October; Saturday the 10th is worked
    assert (applying.opens, applying.closes) == (at(2026, 10, 8), at(2026, 10, 21))
    told = set(Notice.objects.values_list("user", "kind"))
    assert told == {(filler.pk, "cycle_opened"), (township.pk, "cycle_opened")} | {
        (reviewer.pk, "panel_seat") for reviewer in reviewers[:2]
    }
    assert outside.pk not in {user for user, _kind in told}
    panel = Panel.objects.get()
    seated = set(panel.seats.values_list("reviewer", flat=True))
    assert (panel.unit_id, panel.stage, seated) == (COUNTY, Stage.COUNTY, {one.pk for one in reviewers[:2]})


def test_the_whole_county_without_a_panel(opening):
    for _step in range(4):
        opening.next()
    opening.send("open", "yes")
    assert (Cycle.objects.get().townships, Panel.objects.count()) == ([], 0)


def test_what_was_typed_stays_between_the_steps(opening):
    opening.next().next(who="townships", townships=[OTHER])
    opening.next(apply_opens="2026-10-12", apply_days="7", facts_until="2026-11-30")
    assert (opening.step, opening.fields["townships"], opening.fields["apply-days"]) == (4, [OTHER], ["7"])
    opening.back().send("go", "3", apply_days="8")  # "Count the days" on the page of the times
    assert [str(row["window"].last) for row in opening.answer.context["form"].rows][:1] == ["2026-10-21"]
    opening.back()
    assert (opening.step, opening.fields["who"], opening.fields["townships"]) == (2, ["townships"], [OTHER])
    assert (opening.fields["facts_until"], opening.fields["apply-opens"]) == (["2026-11-30"], ["2026-10-12"])


@pytest.mark.parametrize(
    ("steps", "typed", "field"),
    [
        (1, {"who": "townships"}, "townships"),
        (1, {"who": "townships", "townships": ["330681001"]}, "townships"),
        (1, {"who": "all"}, "who"),
        (2, {"apply_days": "0"}, "apply-days"),
        (2, {"apply_opens": "31.2."}, "apply-opens"),
        (3, {"reviewers": ["1"]}, "reviewers"),
    ],
)
def test_a_step_is_put_right_before_the_next(opening, steps, typed, field):
    for _step in range(steps):
        opening.next()
    opening.next(**typed)
    assert (opening.answer.status_code, opening.step, list(opening.answer.context["form"].errors)) == (
        400,
        steps + 1,
        [field],
    )
    assert opening.send("open", "yes").answer.status_code in (400, 409)
    assert Cycle.objects.count() == 0


@pytest.mark.parametrize(
    ("rates", "asked"),
    [("township", ["apply", "county_review"]), ("station", ["apply", "township_review", "county_review"])],
)
def test_each_level_is_asked_for_its_own_steps(county, client, rates, asked):
    UnitFactory(code=f"{TOWNSHIP}S01", level="station")
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    pages = Opening(client, SchemeFactory(rates=rates, body=township_body(rates=rates)))
    times = pages.next().next()
    assert [name for name in times.fields if name.endswith("-opens")] == [f"{step}-opens" for step in asked]
    assert "meeting_minutes_required" not in times.fields
    assert pages.next().next().send("open", "yes").answer.status_code == 302
    cycle = Cycle.objects.get()
    assert sorted(cycle.windows.values_list("step", flat=True)) == sorted(asked)
    form = client.get(reverse("cycle", args=[cycle.pk])).context["form"]
    assert [row["label"] for row in form.rows] == [CycleStep(step).label for step in asked]
    extension = client.get(reverse("cycle_extend", args=[cycle.pk])).context["form"]
    assert [step for step, _label in extension.fields["step"].choices] == asked[1:]


def test_one_reviewer_is_no_panel(opening):
    reviewer = person(Role.COUNTY_REVIEWER, COUNTY)
    opening.next().next().next().next(reviewers=[str(reviewer.pk)])
    assert (opening.answer.status_code, opening.step) == (400, 4)


def test_what_has_changed_since_is_shown_and_nothing_done(opening):
    for _step in range(4):
        opening.next()
    UnitFactory(code=f"{TOWNSHIP}202")
    opening.send("open", "yes")
    assert (opening.answer.status_code, opening.step, opening.answer.context["cycle"]["rated"]) == (409, 5, 4)
    assert Cycle.objects.count() == 0
    assert opening.client.post(opening.url, opening.fields | {"open": "yes", "star": "5"}).status_code == 400
    assert opening.send("open", "yes").answer.status_code == 302


def test_nothing_is_opened_that_was_not_shown(opening):
    for _step in range(4):
        opening.next()
    shown = opening.fields
    opening.answer = opening.client.post(opening.url, shown | {"who": "townships", "townships": [OTHER], "open": "yes"})
    assert (opening.answer.status_code, opening.answer.context["cycle"]["rated"], Cycle.objects.count()) == (409, 2, 0)
    assert opening.client.post(opening.url, shown | {"key": "", "open": "yes"}).status_code == 409


def test_last_years_times_and_panel_are_offered(county, client):
    last = CycleFactory(scheme=SchemeFactory(year=2025), windows=False)
    WindowFactory(cycle=last, step=CycleStep.APPLY, opens=at(2025, 10, 11), closes=at(2025, 10, 25))
    reviewers = [person(Role.COUNTY_REVIEWER, COUNTY) for _n in range(3)]
    PanelFactory(cycle=last, unit=UnitFactory(code=COUNTY), stage=Stage.COUNTY, reviewers=reviewers[:2])
    CalendarDay.objects.create(day=date(2026, 10, 12), working=False)
    client.force_login(person(Role.COUNTY_OFFICE, COUNTY))
    opening = Opening(client, SchemeFactory())
    opening.next().next()
    row = opening.answer.context["form"].rows[0]
    assert (row["before"].opens, row["before"].days, row["before"].last) == (
        date(2025, 10, 11),
        11,
        date(2025, 10, 24),
    )
    assert (row["window"].opens, row["window"].days) == (date(2026, 10, 13), 11)  # 11 October 2026 is a Sunday
    opening.next()
    assert opening.fields["reviewers"] == sorted(str(one.pk) for one in reviewers[:2])


@pytest.mark.parametrize(("role", "code"), [(Role.COUNTY_OFFICE, "330681"), (Role.DISCIPLINE, COUNTY)])
def test_nobody_else_opens_a_year(county, client, role, code):
    UnitFactory(code="330681")
    url = reverse("cycle_open", args=[SchemeFactory().pk])
    client.force_login(person(role, code))
    assert [client.get(url).status_code, client.post(url, {"open": "yes"}).status_code] == [404, 404]
