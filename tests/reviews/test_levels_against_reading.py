"""Whole cycles of every level under random schemes, step by step through the workflow, against a reading of
formats §1 and formats §9 that shares nothing with the code."""

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from fractions import Fraction
from math import floor
from types import SimpleNamespace

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from ratings.models import Application, Decision, Stage, StarPeriod
from ratings.workflow.answers import AnswerEntry, save_answers
from ratings.workflow.application import accept, begin, choose_star, stars_of, submit
from ratings.workflow.cycle import close_scoring
from records.refusals import Incomplete
from reviews.models import Sheet
from reviews.sheets.scores import ScoreEntry
from reviews.workflow import batches, decisions, panels, sheets
from reviews.workflow.confirmation import confirm_due
from tests.built_once import built_once
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    TOWNSHIP,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    VetoFactory,
    person,
    scheme_body,
)
from tests.ratings.random_schemes import TAGS, fact_values, fitting, schemes
from tests.ratings.reference_scoring import METHODS, decide, vetoes_in_force
from villages.models import Unit

pytestmark = pytest.mark.django_db
TODAY, CONFIRMED = date(2026, 3, 2), date(2026, 3, 10)
RATED = {"village": [f"{TOWNSHIP}201", f"{TOWNSHIP}202"], "township": [TOWNSHIP, "330624109"],
         "station": [f"{TOWNSHIP}S01", f"{TOWNSHIP}S02"]}  # fmt: skip
FULL = 40
"""Full marks of the villages' scheme (``scheme_body``)."""


@dataclass
class Village:
    """A village of the register: its star and total, and whether a case was opened there this year."""

    code: str
    star: int
    total: Decimal
    case: bool


@dataclass
class Facts:
    """What one unit has: its tag, its own facts, what each reviewer of each level finds, vetoes as (code, day)."""

    tag: str
    own: dict
    found: dict
    vetoes: list


# The reading


def plain_below(supplier, name, villages):
    """The figure of a unit with these villages: a value from 0 to 1, half up to 10 decimals after × 100."""
    _below, takes, *more = supplier.split(":")
    if takes == "share_at_least":
        values = [int(village.star >= int(more[0])) for village in villages]
    elif takes == "mean_points":
        values = [min(Fraction(1), Fraction(village.total) / FULL) for village in villages]
    else:
        values = [int(not ("case_opened" in more[0].split(",") and village.case)) for village in villages]
    value = Fraction(sum(values), len(values)) * (100 if "%" in name or "％" in name else 1)
    return Fraction(floor(value * 10**10 + Fraction(1, 2)), 10**10)


def figures_of(scheme, unit, tag, villages):
    mine = [village for village in villages if village.code.startswith(unit)]
    return {
        c["code"]: plain_below(c["supplier"], c["figure"], mine)
        for c in fitting(scheme, tag)
        if c.get("supplier", "").startswith("below:")
    }


def joined(scheme, tag, sheets):
    """A panel's points: of each criterion the mean of its reviewers' points, of each figure the lower median."""
    points, figures = {}, {}
    for criterion in fitting(scheme, tag):
        code = criterion["code"]
        each = [METHODS[criterion["method"]](criterion, facts) for facts in sheets]
        points[code] = Fraction(floor(Fraction(sum(each), len(each)) * 100 + Fraction(1, 2)), 100)
        if criterion["method"] in ("tiers", "linear"):
            figures[code] = sorted(facts[code] for facts in sheets)[(len(sheets) - 1) // 2]
    return points, figures


def summed(scheme, points):
    areas = {}
    for area in scheme["areas"]:
        codes = {criterion["code"] for criterion in area["criteria"]}
        areas[area["code"]] = sum((points.get(code, Fraction(0)) for code in codes), Fraction(0))
        if area["kind"] != "base" and "cap" in area:
            areas[area["code"]] = min(areas[area["code"]], Fraction(area["cap"]))
    signs = {area["code"]: -1 if area["kind"] == "penalty" else 1 for area in scheme["areas"]}
    return areas, max(Fraction(0), sum(signs[code] * has for code, has in areas.items()))


def verdicts(scheme, units, level):
    """By unit: the total and the star that a panel's points allow on the day."""
    judged = {}
    for code, facts in units.items():
        points, figures = joined(scheme, facts.tag, facts.found[level])
        areas, total = summed(scheme, points)
        barred = vetoes_in_force(scheme, facts.vetoes, TODAY)
        judged[code] = {"criteria": points, "figures": figures, "areas": areas, "total": total, "barred": barred}
    for unit in judged.values():
        unit["rank"] = 1 + sum(other["total"] > unit["total"] for other in judged.values())
    return {code: (unit["total"], decide(scheme, unit, len(units))[0]) for code, unit in judged.items()}


# What is played


@st.composite
def worlds(draw):
    scheme = draw(schemes())
    rates = scheme.setdefault("rates", "village")
    for line in scheme["stars"]:
        if rates != "township":  # a rank is known once, when all have been scored: with one level of review
            line.pop("top", None)
    villages = [
        Village(
            f"{place}{number}", draw(st.integers(0, 5)), Decimal(draw(st.integers(0, 480))) / 10, draw(st.booleans())
        )
        for place in RATED["township"]
        for number in (301, 302, 303)
    ]
    units = {}
    for code in RATED[rates]:
        tag = draw(st.sampled_from(TAGS))
        computed = figures_of(scheme, code, tag, villages)
        asked = [c for c in fitting(scheme, tag) if c["code"] not in computed]

        def facts(criteria, computed=computed):
            given = {item: Fraction(draw(values)) for c in criteria for item, values in fact_values(c)}
            return given | computed

        own = facts([c for c in asked if c.get("supplier", "village") == "village"])
        found = {level: [facts(asked), facts(asked)] for level in ("township", "county")}
        days = st.sampled_from([date(2026, 2, 20), date(2026, 3, 2), date(2025, 3, 2), date(2024, 2, 29)])
        vetoes = [(veto["code"], draw(days)) for veto in scheme["vetoes"] if draw(st.booleans())]
        units[code] = Facts(tag, own, found, vetoes)
    return scheme, units, villages


@contextmanager
def rolled_back():
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@built_once
def people(db):
    for villages in RATED.values():
        for code in villages:
            UnitFactory(code=code, rated=True)
    rated = {
        **{code: person(Role.SIGNER, code) for code in RATED["village"] + RATED["station"]},
        **{code: person(Role.TOWNSHIP_SIGNER, code) for code in RATED["township"]},
    }
    return SimpleNamespace(
        of=rated,
        township_office=person(Role.TOWNSHIP_OFFICE, TOWNSHIP),
        township_leader=person(Role.TOWNSHIP_LEADER, TOWNSHIP),
        township_reviewers=[person(Role.TOWNSHIP_REVIEWER, TOWNSHIP) for _ in range(2)],
        county_office=person(Role.COUNTY_OFFICE, COUNTY),
        county_reviewers=[person(Role.COUNTY_REVIEWER, COUNTY) for _ in range(2)],
    )


def opened(scheme, units, villages):
    """The cycle of the scheme, and everything that the register and the vetoes know of its units."""
    issued = scheme_body(events=[], rules=[])
    SchemeFactory(unit=UnitFactory(code=COUNTY), body=issued, year=2025)
    for village in villages:
        unit = UnitFactory(code=village.code)
        DecisionFactory(unit=unit, star=village.star, total=village.total, year=2025, on=date(2026, 1, 20))
        if village.case:
            EventFactory(unit=unit, kind="case_opened", on=date(2026, 2, 3))
    for code, facts in units.items():
        unit = UnitFactory(code=code)
        unit.tags = [facts.tag]
        unit.save(update_fields=["tags"])
        for veto, day in facts.vetoes:
            VetoFactory(unit=unit, code=veto, on=day)
    body = scheme_body() | {"townships_decide_up_to": 3, "rule": "lines"} | scheme
    body |= {"departments": [], "tolerance": None, "events": [], "rules": []}
    kept = SchemeFactory(unit=UnitFactory(code=COUNTY), rates=scheme["rates"], body=body)
    Unit.objects.filter(code__in=sum(RATED.values(), [])).exclude(code__in=units).update(rated=False)
    return CycleFactory(scheme=kept, facts_until=TODAY)


def reported(cycle, code, facts, by):
    application = begin(UnitFactory(code=code), cycle, by=by)
    own = fitting(cycle.scheme.body, facts.tag)
    computed = {c["code"] for c in own if c.get("supplier", "").startswith("below:")}
    typed = [AnswerEntry(item, f"{exact(value)}", "有据") for item, value in facts.own.items() if item not in computed]
    assert not [kept.problem for kept in save_answers(application, typed, by=by).values() if kept.problem]
    choose_star(application, stars_of(cycle)[-1], by=by)
    submit(application, by=by)
    return application


def exact(value):
    return Decimal(value.numerator) / Decimal(value.denominator)


def scored(application, facts, level, reviewers, computed):
    for reviewer, found in zip(reviewers, facts.found[level], strict=True):
        sheet = Sheet.objects.get(application=application, stage=level, reviewer=reviewer)
        entries = {item: ScoreEntry(exact(value), "现场查看") for item, value in found.items() if item not in computed}
        sheets.save(sheet, entries, by=reviewer)
        sheets.hand_in(sheet, by=reviewer)


# Without shrinking, which would play the year hundreds of times.
@settings(max_examples=5, suppress_health_check=list(HealthCheck), deadline=None, phases=[Phase.reuse, Phase.generate])
@given(world=worlds())
def test_cycles_of_every_level_end_as_read(people, world):
    scheme, units, villages = world
    with rolled_back(), freeze_time("2026-03-02 10:00+08:00"):
        cycle = opened(scheme, units, villages)
        if stars_of(cycle):
            play(cycle, scheme, units, villages, people)


def play(cycle, scheme, units, villages, people):
    computed = {code: figures_of(scheme, code, facts.tag, villages) for code, facts in units.items()}
    levels = ["county"] if scheme["rates"] == "township" else ["township", "county"]
    limit = scheme.get("townships_decide_up_to", 3)
    for level in levels:
        place = TOWNSHIP if level == "township" else COUNTY
        office = getattr(people, f"{level}_office")
        panels.convene(cycle, UnitFactory(code=place), Stage(level), getattr(people, f"{level}_reviewers"), by=office)
    there = {code: reported(cycle, code, facts, people.of[code]) for code, facts in units.items()}
    for code, application in there.items():
        application.refresh_from_db()
        own, asked = units[code].own, fitting(scheme, units[code].tag)
        answered = [c for c in asked if c.get("supplier", "village") == "village" or c["code"] in computed[code]]
        _areas, total = summed(scheme, {c["code"]: METHODS[c["method"]](c, own) for c in answered})
        assert application.self_total == two(total), (code, "self")
        accept(application, by=getattr(people, f"{levels[0]}_office"))
    for level in levels:
        left = {code: one for code, one in there.items() if fresh(one).state == f"{level}_review"}
        for code, application in left.items():
            scored(application, units[code], level, getattr(people, f"{level}_reviewers"), computed[code])
        if scheme["rates"] == "township":
            close_scoring(cycle, by=people.county_office)
        decided = people.township_leader if level == "township" else people.county_office
        expected = verdicts(scheme, units, level)
        for code, application in left.items():
            total, star = expected[code]
            application = fresh(application)
            assert (application.panel_total, application.panel_star) == (two(total), star), (code, level)
            if level == "township" and star > limit:
                decisions.recommend(application, star=limit, by=decided)
            elif level == "township":
                decisions.decide(application, star=star, by=decided)
            else:
                own = application.township_star or 0
                possible = [s for s in {own, *range(limit + 1, star + 1)} if s <= star]
                if possible:
                    decisions.decide(application, star=max(possible), by=decided)
                else:
                    with pytest.raises(Incomplete), transaction.atomic():
                        decisions.decide(application, star=own, by=decided)
    stars = dict(Decision.objects.filter(cycle=cycle).values_list("unit", "star"))
    for level in levels:
        of_level = Decision.objects.filter(cycle=cycle, origin=level)
        if of_level:
            place, office = (TOWNSHIP if level == "township" else COUNTY), getattr(people, f"{level}_office")
            held_by = UnitFactory(code=place)
            batch = batches.prepare(cycle, held_by, Stage(level), met_on=TODAY, document="评1号", by=office)
            batches.release(batch, by=office)
    with freeze_time("2026-03-10 10:00+08:00"):
        confirm_due()
        held = dict(StarPeriod.objects.on(CONFIRMED).filter(unit__in=list(units)).values_list("unit", "star"))
    assert held == stars


def fresh(application):
    return Application.objects.get(pk=application.pk)


def two(value):
    return Decimal(floor(value * 100 + Fraction(1, 2))) / 100
