"""A township and its county with everybody who reviews, and one village's application: under review in the township,
decided, released."""

from datetime import date
from decimal import Decimal
from types import SimpleNamespace

import pytest

from accounts.roles import Role
from ratings.models import Stage
from reviews.models import Sheet
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import batches, checks, decisions, panels, sheets
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    VILLAGE,
    ApplicationFactory,
    AppointmentFactory,
    CycleFactory,
    UnitFactory,
    at,
    person,
)

# Points of the small scheme: 1.1 10 − 0.5·a, 1.2 by satisfaction, 2.1 2 per tick, 2.2 typed, B.1 bonus.
GOOD = {"1.1.a": 0, "1.2": 96, **{f"2.1.{c}": 1 for c in "abcde"}, "2.2": 8, "B.1.a": 0, "D.1.a": 0}
PLAIN = GOOD | {"1.2": 91, "2.1.e": 0, "2.2": 5}
SOUND = GOOD | {"1.2": 91, "1.1.a": 4, "2.2": 5}  # 8 + 8 + 10 + 5 = 31: three stars


def entries(facts: dict, **changes) -> dict[str, ScoreEntry]:
    """Facts by item as a reviewer's entries, typed points with a reason."""
    given = facts | {item.replace("_", "."): value for item, value in changes.items()}
    return {item: ScoreEntry(Decimal(str(value)), "现场查看" if item == "2.2" else "") for item, value in given.items()}


def score(application, stage, reviewer, facts=GOOD):
    sheet = Sheet.objects.get(application=application, stage=stage, reviewer=reviewer)
    sheets.save(sheet, entries(facts), by=reviewer)
    sheets.hand_in(sheet, by=reviewer)
    return sheet


TODAY = "2026-09-28T02:00:00Z"


@pytest.fixture(autouse=True)
def _today():
    with freeze_time(TODAY):
        yield


@built_once(at=TODAY)
def place(db) -> SimpleNamespace:
    """Everybody, by the name of the demonstration's accounts; ``cycle``; ``application`` under township review."""
    people = {
        role.value: person(role, code, username=role.value, name=role.value)
        for role, code in [
            (Role.FILLER, VILLAGE),
            (Role.SIGNER, VILLAGE),
            (Role.TOWNSHIP_OFFICE, TOWNSHIP),
            (Role.TOWNSHIP_REVIEWER, TOWNSHIP),
            (Role.TOWNSHIP_LEADER, TOWNSHIP),
            (Role.COUNTY_REVIEWER, COUNTY),
            (Role.COUNTY_OFFICE, COUNTY),
            (Role.DISCIPLINE, COUNTY),
        ]
    }
    people["township_reviewer_b"] = person(Role.TOWNSHIP_REVIEWER, TOWNSHIP, username="township_reviewer_b")
    people["county_reviewer_b"] = person(Role.COUNTY_REVIEWER, COUNTY, username="county_reviewer_b")
    people["township_leader2"] = person(Role.TOWNSHIP_LEADER, "330624109", username="township_leader2")
    cycle = CycleFactory()
    place = SimpleNamespace(cycle=cycle, township=UnitFactory(code=TOWNSHIP), county=cycle.unit, **people)
    place.department = AppointmentFactory(
        role=Role.DEPARTMENT, unit=UnitFactory(code=COUNTY), department="公安局", user__username="department"
    ).user
    place.panel = panels.convene(
        cycle,
        place.township,
        Stage.TOWNSHIP,
        [place.township_reviewer, place.township_reviewer_b],
        by=place.township_office,
    )
    place.county_panel = panels.convene(
        cycle, place.county, Stage.COUNTY, [place.county_reviewer, place.county_reviewer_b], by=place.county_office
    )
    place.application = ApplicationFactory(
        cycle=cycle,
        state="township_review",
        applied_star=4,
        filled_by=place.filler,
        signed_by=place.signer,
    )
    return place


def score_township(place, facts=GOOD, application=None):
    for reviewer in (place.township_reviewer, place.township_reviewer_b):
        score(application or place.application, Stage.TOWNSHIP, reviewer, facts)
    (application or place.application).refresh_from_db()


def score_county(place, facts=GOOD):
    for reviewer in (place.county_reviewer, place.county_reviewer_b):
        score(place.application, Stage.COUNTY, reviewer, facts)
    place.application.refresh_from_db()


def lay_before_departments(place):
    return checks.open_check(place.cycle, place.county, due=at(2026, 12, 31), by=place.county_office)


def clear(place):
    """Every department answers that it has found nothing."""
    check = lay_before_departments(place)
    checks.answer(check, "纪委监委", by=place.discipline)
    checks.answer(check, "公安局", by=place.department)
    return check


@built_once(at=TODAY)
def decided(place) -> SimpleNamespace:
    score_township(place, SOUND)
    place.decision = decisions.decide(place.application, star=3, by=place.township_leader)
    return place


def prepare(place, by=None, **changes):
    given = {"met_on": date(2026, 9, 27), "document": "沙评〔2026〕1号", "by": by or place.township_office}
    return batches.prepare(place.cycle, place.township, "township", **given | changes)


@built_once(at=TODAY)
def released(decided):
    decided.batch = batches.release(prepare(decided), by=decided.township_office)
    decided.decision.refresh_from_db()
    decided.application.refresh_from_db()
    return decided
