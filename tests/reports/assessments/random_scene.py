"""Random worlds of two counties in the database, the same for the plain reading, and random formulas over them."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from accounts.roles import Role
from followups.models import FollowUp
from ratings.models import Extension
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
from tests.reports.assessments.reference_assessment import Applied, Planned, Scene, Warned
from villages.models import Level
from villages.workflow.ordering import OrderPaper, SplitPart, merge

OTHER = "330681"
TOWNSHIPS = ["330624108", "330624109", "330681001", "330681002"]
VILLAGES = [f"{township}{200 + n}" for township in TOWNSHIPS for n in (1, 2, 3)]
NEW = "330624108299"
KINDS = ["case_opened", "spot_check_failed"]
ON = date(2026, 12, 31)
STEP_NAMES = ["apply", "township_review", "county_review"]


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
