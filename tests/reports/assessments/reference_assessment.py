"""Formats §9 read plainly, village by village, apart from the code that it checks; stars by the plain register."""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

from tests.ratings.reference_register import World, ended, in_force, reaching, same_way, standing, star_on

SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Applied:
    """A village's application: its state, and its moves as (from, to, at)."""

    state: str = "draft"
    moves: list[tuple[str, str, datetime]] = field(default_factory=list)


@dataclass
class Planned:
    """A village's improvement plan: until when, how it stands, and the day on which it ended."""

    unit: str
    due: date
    state: str
    ended: date | None = None


@dataclass
class Warned:
    """A warning of a year about a village: its deadline, and the moment at which it was closed, if it was."""

    unit: str
    year: int
    due: datetime
    closed: datetime | None
    cancelled: bool


@dataclass
class Scene:
    """``world``: decisions, events, orders, schemes. By village: the rest."""

    world: World
    villages: list[str]
    totals: dict[tuple[str, date], Fraction]
    years: dict[tuple[str, date], int]
    applied: dict[str, Applied]
    closes: dict[str, datetime]
    """By step."""
    more_time: dict[tuple[str, str], datetime]
    """By step and village."""
    in_cycle: str
    """The code of the county, or of the one township of a pilot, that has a cycle in the year; "" for none."""
    own: dict[str, tuple[int, int]]
    """By township: its own star and the highest of its scheme."""
    plans: list[Planned] = field(default_factory=list)
    warnings: list[Warned] = field(default_factory=list)


def plain_assessment(scene, formula):
    length = {"township": 9, "county": 6}[formula["assesses"]]
    on = date.fromisoformat(formula["on"])
    standing_then = [v for v in scene.villages if v.startswith(formula["unit"]) and stood(scene, v, on)]
    rows = []
    for place in sorted({village[:length] for village in standing_then}):
        mine = [village for village in standing_then if village.startswith(place)]
        values = {
            term["code"]: TAKES[term["takes"]](scene, formula, term, place, mine, on) for term in formula["terms"]
        }
        figure = sum(Fraction(str(term["weight"])) * values[term["code"]] for term in formula["terms"])
        terms = {code: decimals(value, 6) for code, value in values.items()}
        rows.append({"unit": place, "terms": terms, "figure": decimals(figure, 2)})
    return {"units": rows}


def stood(scene, village, on):
    """Not ended by the day, and not made by an order after it."""
    made_later = any(o.on > on and village in o.after and village not in o.before for o in scene.world.orders)
    return not made_later and not ended(scene.world, village, on)


def decimals(value, places):
    """Long division by hand, half up."""
    shifted = value * 10**places + Fraction(1, 2)
    digits = str(shifted.numerator // shifted.denominator).rjust(places + 1, "0")
    return f"{digits[:-places]}.{digits[-places:]}"


def star(scene, village, day):
    held = standing(scene.world, village, day, {})
    return held[0] if held else 0


def a_year_before(day):
    return date(day.year - 1, day.month, 28 if (day.month, day.day) == (2, 29) else day.day)


def share_at_least(scene, formula, term, place, villages, on):
    return Fraction(len([v for v in villages if star(scene, v, on) >= term["star"]]), len(villages))


def improved(scene, formula, term, place, villages, on):
    up = [v for v in villages if star(scene, v, on) > star(scene, v, a_year_before(on))]
    return Fraction(len(up), len(villages))


def holding(scene, village, on):
    """Of several decisions that a merger left in force the one that holds the star down; of equals the first made."""
    active = [one for one in reaching(scene.world, village, on) if one.active(on)]
    stars = [
        (star_on(decided, [one for one in active if same_way(one.way, way)]), decided.star, decided)
        for decided, way in in_force(scene.world, village, on)
    ]
    ranked = sorted(stars, key=lambda row: (row[0], row[1], scene.world.decisions.index(row[2])))
    return ranked[0][2] if ranked else None


def mean_points(scene, formula, term, place, villages, on):
    values = []
    for village in villages:
        decided = holding(scene, village, on)
        key = (decided.unit, decided.on) if decided else None
        total = scene.totals.get(key)
        fitting = [
            s for s in scene.world.schemes if key and village.startswith(s["unit"]) and s["year"] <= scene.years[key]
        ]
        if total is None or not fitting:
            values.append(Fraction(0))
            continue
        scheme = max(fitting, key=lambda s: s["year"])
        marks = {}
        for area in scheme["areas"]:
            if area["kind"] == "base":
                for criterion in area["criteria"]:
                    marks[criterion["code"]] = Fraction(str(criterion["max"]))
        values.append(min(Fraction(1), total / sum(marks.values())))
    return sum(values, Fraction(0)) / len(values)


def on_time(scene, formula, term, place, villages, on):
    step = term["step"]
    due, kept = 0, 0
    for village in [v for v in villages if scene.in_cycle and v.startswith(scene.in_cycle)]:
        moves = scene.applied[village].moves if village in scene.applied else []
        ways = {
            "apply": [at for old, new, at in moves if (old, new) == ("draft", "submitted")],
            "township_review": [
                at
                for old, new, at in moves
                if old == "township_review" and new in ("decided", "county_review", "rejected")
            ],
            "county_review": [
                at for old, new, at in moves if old == "county_review" and new in ("decided", "township_review")
            ],
        }
        submitted_to = {"township_review": "submitted", "county_review": "county_review"}
        taken = ways[step]
        if step != "apply":
            came = any(new == submitted_to[step] for _old, new, _at in moves)
            withdrawn = came and scene.applied[village].state == "draft"
            if not came or (withdrawn and not taken):
                continue
        due += 1
        closes = max([scene.closes[step], *[scene.more_time[k] for k in [(step, village)] if k in scene.more_time]])
        if taken and min(taken) < closes:
            kept += 1
    return Fraction(kept, due) if due else Fraction(1)


def no_event(scene, formula, term, place, villages, on):
    had = {
        event.unit
        for event in scene.world.events
        if event.kind in term["events"] and event.on.year == formula["year"] and not event.held
    }
    return max(Fraction(0), 1 - Fraction(len(had & set(villages)), len(villages)))


def own_star(scene, formula, term, place, villages, on):
    held = scene.own.get(place)
    return Fraction(held[0], held[1]) if held else Fraction(0)


def typed(scene, formula, term, place, villages, on):
    return Fraction(formula["values"][term["code"]][place])


def plans_done(scene, formula, term, place, villages, on):
    due = [plan for plan in scene.plans if plan.unit in villages and plan.due.year == formula["year"]]
    due = [plan for plan in due if plan.state != "cancelled" or plan.ended > plan.due]
    passed = [plan for plan in due if plan.state == "passed" and plan.ended <= plan.due]
    return Fraction(len(passed), len(due)) if due else Fraction(1)


def closed_warnings(scene, formula, term, place, villages, on):
    of_the_year = [w for w in scene.warnings if w.unit in villages and w.year == formula["year"] and not w.cancelled]
    # A deadline is the end of a day, 24:00: the first moment of the next one.
    past = [w for w in of_the_year if (w.due - timedelta(microseconds=1)).astimezone(SHANGHAI).date() <= on]
    kept = [w for w in past if w.closed is not None and w.closed < w.due]
    return Fraction(len(kept), len(past)) if past else Fraction(1)


TAKES = {
    "share_at_least": share_at_least,
    "improved": improved,
    "mean_points": mean_points,
    "on_time": on_time,
    "no_event": no_event,
    "plans_done": plans_done,
    "closed_warnings": closed_warnings,
    "own_star": own_star,
    "typed": typed,
}
