"""``assess`` (formats §9): random formulas, stars and events against the plain reading, and what wrong files get."""

import json
import os
import random
from copy import deepcopy
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from io import StringIO

import pytest
import simplejson
from django.core.management import CommandError, call_command
from django.db import transaction
from django.utils.translation import override
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from accounts.roles import Role
from followups.models import FollowUp
from ratings.models import Extension, Reversal
from tests.clock import freeze_time
from tests.factories import (
    COUNTY,
    ApplicationFactory,
    CycleFactory,
    DecisionFactory,
    EventFactory,
    SchemeFactory,
    UnitFactory,
    WindowFactory,
    at,
    moves_of,
    person,
    scheme_body,
    walk,
)
from tests.improvements.rows import plan_in
from tests.ratings.reference_register import Decided, Happened, Ordered, World
from tests.reports.assessments.reference_assessment import Applied, Planned, Scene, Warned, plain_assessment
from villages.models import Level
from villages.workflow.ordering import OrderPaper, SplitPart, merge

pytestmark = pytest.mark.django_db
OTHER = "330681"
TOWNSHIPS = ["330624108", "330624109", "330681001", "330681002"]
VILLAGES = [f"{township}{200 + n}" for township in TOWNSHIPS for n in (1, 2, 3)]
NEW = "330624108299"
KINDS = ["case_opened", "spot_check_failed"]
ON = date(2026, 12, 31)
STEP_NAMES = ["apply", "township_review", "county_review"]


@pytest.fixture(autouse=True)
def _today():
    with freeze_time("2027-02-10 10:00+08:00"):
        yield


def written(folder, formula):
    path = folder / "formula.json"
    path.write_text(simplejson.dumps(formula, ensure_ascii=False), encoding="utf-8")
    return path


def assessed(folder, formula):
    out = StringIO()
    call_command("assess", written(folder, formula), stdout=out)
    return json.loads(out.getvalue())


# Random worlds


@settings(
    max_examples=int(os.environ.get("EXAMPLES", "12")),
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
    deadline=None,
)
@given(seed=st.integers(0, 2**32))
def test_every_figure_is_that_of_the_plain_reading(tmp_path_factory, seed):
    chance = random.Random(seed)
    with transaction.atomic():
        scene = made(chance)
        for _ in range(3):
            formula = some_formula(chance)
            assert assessed(tmp_path_factory.mktemp("assess"), formula) == plain_assessment(scene, formula)
        transaction.set_rollback(True)


def made(chance):
    """A world of two counties in the database, and the same as the plain reading knows it."""
    for code in ("3306", COUNTY, OTHER, *TOWNSHIPS, *VILLAGES, "330624110", f"{TOWNSHIPS[0]}001"):
        UnitFactory(code=code)
    schemes = [issued(chance, unit, year) for unit in (COUNTY, OTHER) for year in (2024, 2026) if chance.random() < 0.8]
    scene = Scene(World(schemes, [], []), list(VILLAGES), {}, {}, {}, {}, {}, "", {})
    for village in VILLAGES:
        decide_some(chance, scene, village)
        record_some(chance, scene, village)
        plan_some(chance, scene, village)
        warn_some(chance, scene, village)
    for township in TOWNSHIPS:
        rate_itself(chance, scene, township)
    if chance.random() < 0.6:
        run_a_cycle(chance, scene)
    if chance.random() < 0.5:
        merge_two(chance, scene)
    return scene


def issued(chance, unit, year):
    """Full marks differ from scheme to scheme; one criterion has variants."""
    body = scheme_body(year=year, unit=unit)
    first = body["areas"][0]["criteria"][0]
    for criterion in body["areas"][1]["criteria"]:
        criterion["max"] = chance.choice([10, 12, Decimal("7.5")])
    body["areas"][0]["criteria"][:1] = [first | {"only": ["平原"]}, first | {"only": ["山区"]}]
    SchemeFactory(unit=UnitFactory(code=unit), year=year, body=body)
    return body


def decide_some(chance, scene, village):
    for year in chance.sample([2023, 2024, 2025, 2026], chance.randrange(4)):
        on = date(year + 1, 1, chance.randint(1, 28)) if year < 2026 else date(2026, chance.randint(7, 12), 5)
        star = chance.randint(0, 5)
        total = chance.choice([None, Decimal(chance.randint(0, 5000)).scaleb(-2)])
        DecisionFactory(
            unit_id=village, unit=None, star=star, total=total, year=year, on=on, cut_off=on - timedelta(days=1)
        )
        scene.world.decisions.append(Decided(village, star, on, on - timedelta(days=1)))
        scene.years[village, on] = year
        if total is not None:
            scene.totals[village, on] = Fraction(total)


def record_some(chance, scene, village):
    for number in range(chance.randrange(3)):
        on = date(2025, 1, 1) + timedelta(days=chance.randrange(760))
        closed = on + timedelta(days=chance.randrange(60)) if chance.random() < 0.3 else None
        event = Happened(village, chance.choice(KINDS), on, str(number), closed, chance.random() < 0.3)
        EventFactory(
            unit_id=village, unit=None, kind=event.kind, on=on, closed=closed, source=event.source, held=event.held
        )
        scene.world.events.append(event)


def plan_some(chance, scene, village):
    """Plans in every state, due before, in and after the year; some end in the last or the next minute of their day."""
    for _ in range(chance.randrange(3)):
        due = date(2026, 1, 1) + timedelta(days=chance.randrange(-40, 400))
        state = chance.choice(["draft", "active", "reported", "passed", "passed", "cancelled"])
        ended = due + timedelta(days=chance.choice([-9, 0, 0, 1]))
        moment = at(ended.year, ended.month, ended.day, *chance.choice([(0, 0), (23, 59)]))
        plan_in(state, unit=village, due=due, closed_at=moment)
        scene.plans.append(Planned(village, due, state, ended))


def warn_some(chance, scene, village):
    """Warnings of this year and the last, due around the day; some closed in the minute before, at, or after it."""
    for number in range(chance.randrange(3)):
        day = chance.choice([ON, ON, date(2026, 6, 30), date(2027, 1, 1)])
        due = at(day.year, day.month, day.day, *chance.choice([(0, 0), (12, 0), (23, 59)]))
        state, year = chance.choice(["open", "done", "done", "cancelled"]), chance.choice([2025, 2026, 2026])
        closed = None if state == "open" else due + timedelta(minutes=chance.choice([-1, 0, 1]))
        FollowUp.objects.create(
            kind=f"warning_W{number + 1}",
            subject=f"{village} {number}",
            unit_id=village,
            responsible_unit_id=village[:9],
            responsible_role=Role.TOWNSHIP_OFFICE,
            params={"year": year},
            due_at=due,
            state=state,
            closed_at=closed,
        )
        scene.warnings.append(Warned(village, year, due, closed, state == "cancelled"))


def rate_itself(chance, scene, township):
    """Some townships are rated by a scheme of their own, of three stars."""
    if chance.random() < 0.5:
        return
    star = chance.randint(0, 3)
    lines = [{"star": n, "total": 10 * n} for n in (3, 2, 1)]
    body = scheme_body(unit=township[:6], rates="township", stars=lines, rules=[])
    county = UnitFactory(code=township[:6])
    if not county.schemes.filter(rates=Level.TOWNSHIP).exists():
        SchemeFactory(unit=county, rates="township", year=2025, body=body)
    DecisionFactory(unit_id=township, unit=None, star=star, year=2025, on=date(2026, 1, 15))
    scene.own[township] = (star, 3)


def run_a_cycle(chance, scene):
    """A cycle of one county in 2026 with random moves of its applications."""
    scheme = SchemeFactory(unit=UnitFactory(code=COUNTY), year=2026, version=9, body=scheme_body())
    scene.world.schemes[:] = [s for s in scene.world.schemes if (s["unit"], s["year"]) != (COUNTY, 2026)]
    scene.world.schemes.append(scheme.body)
    townships = chance.choice([[], [], TOWNSHIPS[:1]])
    cycle = CycleFactory(scheme=scheme, windows=False, townships=townships)
    for number, step in enumerate(STEP_NAMES):
        scene.closes[step] = at(2026, 4 + 2 * number, 1)
        WindowFactory(cycle=cycle, step=step, opens=at(2026, 1, 1), closes=scene.closes[step])
    scene.in_cycle = townships[0] if townships else COUNTY
    for village in [village for village in VILLAGES if village.startswith(scene.in_cycle)]:
        for step in STEP_NAMES:
            if chance.random() < 0.3:
                closes = at(2026, chance.randint(2, 10), 15)
                scene.more_time[step, village] = closes
                Extension.objects.create(cycle=cycle, unit_id=village, step=step, closes=closes, reason="灾情")
        if chance.random() < 0.8:
            scene.applied[village] = moved(chance, cycle, village)


def moved(chance, cycle, village):
    applied = Applied()
    application = ApplicationFactory(cycle=cycle, unit=UnitFactory(code=village), submitted_at=at(2026, 1, 2))
    moment = at(2026, 2, 1)
    for _ in range(chance.randrange(9)):
        nexts = sorted(new for old, new in moves_of(village) if old == applied.state and new != old)
        if not nexts:
            break
        moment += timedelta(days=chance.randint(1, 60))
        # Exactly at the closing is too late.
        moment = chance.choice([moment, max(moment, at(2026, 4, 1)), max(moment, at(2026, 6, 1))])
        state = chance.choice(nexts)
        walk(application, state, at=moment)
        applied.moves.append((applied.state, state, moment))
        applied.state = state
    return applied


def merge_two(chance, scene):
    """Two villages of one township become one, late in the year."""
    on, before = date(2026, 11, chance.randint(1, 30)), VILLAGES[1:3]
    if any(d.on >= on for d in scene.world.decisions if d.unit in before):
        return
    if any(e.on >= on for e in scene.world.events if e.unit in before) or set(before) & set(scene.applied):
        return
    after = chance.choice([NEW, before[0]])
    merge(before, SplitPart(after, "并村"), OrderPaper("新政1号", on, "调整"), by=person(Role.COUNTY_OFFICE, COUNTY))
    scene.world.orders.append(Ordered(on, tuple(before), (after,)))
    for plan in scene.plans:
        if plan.unit in before and plan.state not in ("passed", "cancelled"):
            plan.unit = after
    for warning in scene.warnings:
        if warning.unit in before and warning.closed is None:
            warning.unit = after
    if after == NEW:
        scene.villages.append(NEW)


def some_formula(chance):
    unit, assesses = chance.choice(
        [(COUNTY, "township"), (OTHER, "township"), ("3306", "township"), ("3306", "county")]
    )
    terms, values = [], {}
    for number in range(chance.randint(1, 9)):
        code = f"t{number}"
        takes = chance.choice(
            ["share_at_least", "improved", "mean_points", "on_time", "no_event", "own_star", "typed", "plans_done"]
            + ["closed_warnings"]
        )
        weight = chance.choice([chance.randint(1, 50), Decimal(chance.randint(1, 9999)).scaleb(-3)])
        term = {"code": code, "name": takes, "takes": takes, "weight": weight}
        if takes == "share_at_least":
            term["star"] = chance.randint(1, 5)
        elif takes == "on_time":
            term["step"] = chance.choice(STEP_NAMES)
        elif takes == "no_event":
            term["events"] = chance.sample(KINDS, chance.randint(1, 2))
        elif takes == "typed":
            length = 9 if assesses == "township" else 6
            places = [p for p in (*TOWNSHIPS, COUNTY, OTHER) if len(p) == length and p.startswith(unit)]
            values[code] = {place: str(Decimal(chance.randint(0, 1000)).scaleb(-3)) for place in places}
        terms.append(term)
    on = chance.choice([ON, ON - timedelta(days=chance.randrange(60)), date(2026, 6, 30)])
    return {
        "format": "pingxing-assessment/1",
        "name": "岗位目标责任制考核",
        "year": 2026,
        "unit": unit,
        "assesses": assesses,
        "on": str(on),
        "terms": terms,
        "values": values,
    }


# Single rules


FORMULA = {
    "format": "pingxing-assessment/1",
    "name": "岗位目标责任制考核",
    "year": 2026,
    "unit": COUNTY,
    "assesses": "township",
    "on": "2026-12-31",
    "terms": [
        {"code": "a", "name": "四星以上村占比", "takes": "share_at_least", "star": 4, "weight": 40},
        {"code": "e", "name": "无立案", "takes": "no_event", "events": ["case_opened"], "weight": 10},
        {"code": "s", "name": "按时申报", "takes": "on_time", "step": "apply", "weight": 10},
        {"code": "t", "name": "工作创新", "takes": "typed", "weight": Decimal("0.5")},
    ],
    "values": {"t": {"330624108": "0.8", "330624109": 1}},
}


@pytest.fixture
def county():
    for code in (COUNTY, *TOWNSHIPS[:2], *VILLAGES[:6], "330624110"):
        UnitFactory(code=code)
    SchemeFactory(year=2026)


def changed(place, value):
    """The formula with ``value`` at ``place``; ``...`` deletes."""
    formula = deepcopy(FORMULA)
    *way, last = place
    part = formula
    for step in way:
        part = part[step]
    if value is ...:
        del part[last]
    else:
        part[last] = value
    return formula


def test_figures_are_written_half_up_and_townships_without_villages_are_left_out(county, tmp_path):
    DecisionFactory(unit_id=VILLAGES[0], unit=None, star=4)
    assert assessed(tmp_path, FORMULA) == {
        "units": [
            {
                "unit": "330624108",
                "terms": {"a": "0.333333", "e": "1.000000", "s": "1.000000", "t": "0.800000"},
                "figure": "33.73",
            },
            {
                "unit": "330624109",
                "terms": {"a": "0.000000", "e": "1.000000", "s": "1.000000", "t": "1.000000"},
                "figure": "20.50",
            },
        ]
    }


def test_a_reversed_event_counts_no_more(county, tmp_path):
    event = EventFactory(unit_id=VILLAGES[0], unit=None)
    office = person(Role.COUNTY_OFFICE, COUNTY)
    with_it = assessed(tmp_path, FORMULA)["units"][0]["terms"]["e"]
    Reversal.objects.create(
        event=event, on=date(2026, 12, 1), document="新诉1号", reason="查否", by=office, at=at(2026, 12, 1)
    )
    assert (with_it, assessed(tmp_path, FORMULA)["units"][0]["terms"]["e"]) == ("0.666667", "1.000000")


def test_under_named_stars_the_highest_is_the_number_of_base_areas(county, tmp_path):
    body = scheme_body(rule="areas", stars=[], rates="township")
    SchemeFactory(unit=UnitFactory(code=COUNTY), rates="township", year=2025, body=body)
    DecisionFactory(unit_id=TOWNSHIPS[0], unit=None, star=1, year=2025)
    formula = changed(["terms"], [{"code": "o", "takes": "own_star", "weight": 10}]) | {"values": {}}
    assert [unit["figure"] for unit in assessed(tmp_path, formula)["units"]] == ["5.00", "0.00"]


def test_the_output_may_be_a_file_and_is_in_order(county, tmp_path):
    out = tmp_path / "out.json"
    call_command("assess", written(tmp_path, FORMULA), f"--output={out}", stdout=StringIO())
    assert json.loads(out.read_text(encoding="utf-8")) == assessed(tmp_path, FORMULA)


WRONG = [
    (["format"], "pingxing-assessment/2", ["format"]),
    (["more"], 1, ["more"]),
    (["year"], "2026", ["year"]),
    (["unit"], "999999", ["unit"]),
    (["unit"], "330624108", ["assesses"]),
    (["assesses"], "county", ["assesses"]),
    (["assesses"], "village", ["assesses"]),
    (["on"], "2026-02-30", ["on"]),
    (["terms"], [], ["terms", "values.t"]),
    (["terms"], ..., ["terms", "values.t"]),
    (["terms", 0, "weight"], 0, ["terms[0].weight"]),
    (["terms", 0, "weight"], -1, ["terms[0].weight"]),
    (["terms", 0, "weight"], "40", ["terms[0].weight"]),
    (["terms", 1, "code"], "a", ["terms[1].code"]),
    (["terms", 0, "takes"], "luck", ["terms[0]"]),
    (["terms", 0, "takes"], ..., ["terms[0]"]),
    (["terms", 0, "star"], 6, ["terms[0].star"]),
    (["terms", 0, "star"], 0, ["terms[0].star"]),
    (["terms", 0, "star"], ..., ["terms[0].star"]),
    (["terms", 0, "step"], "apply", ["terms[0].step"]),
    (["terms", 1, "events"], [], ["terms[1].events"]),
    (["terms", 1, "events"], ["case_opened", "luck"], ["terms[1].events[1]"]),
    (["terms", 2, "step"], "confirm", ["terms[2].step"]),
    (["values"], {}, ["values.t.330624108", "values.t.330624109"]),
    (["values"], None, ["values", "values.t.330624108", "values.t.330624109"]),
    (["values", "t", "330624108"], ..., ["values.t.330624108"]),
    (["values", "t", "330624108"], "1.1", ["values.t.330624108"]),
    (["values", "t", "330624108"], "-0", ["values.t.330624108"]),
    (["values", "t", "330624108"], True, ["values.t.330624108"]),
    (["values", "t", "330681001"], "1", ["values.t.330681001"]),
    (["values", "a"], {}, ["values.a"]),
]


@pytest.mark.parametrize(("place", "value", "places"), WRONG)
def test_what_is_wrong_is_named_by_its_place(county, tmp_path, place, value, places):
    with override("en"), pytest.raises(CommandError) as refused:
        assessed(tmp_path, changed(place, value))
    assert [line.partition(": ")[0] for line in str(refused.value).splitlines()] == [f"error at {at}" for at in places]


def test_all_errors_are_named_at_once_with_their_values(county, tmp_path):
    formula = changed(["terms", 0, "star"], 7) | {"on": "soon", "unit": COUNTY}
    formula["terms"][1] |= {"code": "a", "weight": -3}
    formula["values"]["x"] = {}
    with override("en"), pytest.raises(CommandError) as refused:
        assessed(tmp_path, formula)
    assert str(refused.value).splitlines() == [
        "error at on: “soon” does not belong here. (expected: a day such as 2026-12-31)",
        "error at terms[1].weight: -3 does not belong here. (expected: a number above 0)",
        "error at terms[1].code: The code “a” appears here twice. (expected: each code once)",
        "error at terms[0].star: Unknown star 7. (expected: a star from 1 to 5)",
        "error at values.x: No term “x” takes typed values. (expected: the code of a term that does)",
    ]


@pytest.mark.parametrize("raw", [b"", b"[]", b"{}", b"nonsense", b'{"a": 1, "a": 2}', b"\xff\xfe"])
def test_what_is_no_assessment_is_refused(county, tmp_path, raw):
    path = tmp_path / "formula.json"
    path.write_bytes(raw)
    with pytest.raises(CommandError):
        call_command("assess", path, stdout=StringIO())
    with pytest.raises(CommandError):
        call_command("assess", tmp_path / "absent.json", stdout=StringIO())


def test_units_that_stand_there_without_villages_may_have_typed_values(county, tmp_path):
    assert len(assessed(tmp_path, changed(["values", "t", "330624110"], "1"))["units"]) == 2
