"""What the terms of an assessment count, by unit: one query each, over all villages at once.

Every query begins with the relation ``village (code, place)``: the rated villages that existed on the day.
"""

from collections.abc import Iterable
from datetime import date
from pathlib import Path
from typing import Any

from django.db import connection

from ratings.models import Application, Scheme
from ratings.models.cycle import CycleStep
from ratings.register.rerating import scope_of, with_periods
from records.deadlines import end_of
from reports.assessments.checks import highest_star
from reports.assessments.places import LENGTHS
from reports.assessments.spec import AssessmentSpec
from reports.kept_warnings import PREFIX
from villages.models import Level, rated_on

State = Application.State


def _villages(spec: AssessmentSpec) -> tuple[str, list[Any]]:
    codes, params = rated_on(spec.unit, spec.on).order_by().values("code").query.sql_with_params()
    return f"village as materialized (select code, left(code, %s) as place from ({codes}) as v)", [  # noqa: S608
        LENGTHS[spec.assesses],
        *params,
    ]


def _rows(spec: AssessmentSpec, sql: str, *params: Any) -> list[tuple]:
    villages, named = _villages(spec)
    with connection.cursor() as cursor:
        cursor.execute(f"with {villages} {sql}", [*named, *params])
        return cursor.fetchall()


def _register_rows(spec: AssessmentSpec, sql: str, *params: Any) -> list[tuple]:
    """``_rows`` with the relation ``period`` of the register up to the day."""
    periods, register = with_periods(scope_of(spec.unit), spec.on)
    villages, named = _villages(spec)
    with connection.cursor() as cursor:
        cursor.execute(f"{periods}, {villages} {sql}", [*register, *named, *params])
        return cursor.fetchall()


_STARS = """
select v.place, coalesce(now.star, 0), coalesce(before.star, 0), count(*)
from village v
left join period now on now.unit = v.code and now.since <= %s and (now.until is null or now.until > %s)
left join period before on before.unit = v.code and before.since <= %s and (before.until is null or before.until > %s)
group by 1, 2, 3
"""


def stars(spec: AssessmentSpec) -> list[tuple[str, int, int, int]]:
    """Unit, star on the day, star a year before, and how many villages hold these two (no star: 0)."""
    before = year_before(spec.on)
    return _register_rows(spec, _STARS, spec.on, spec.on, before, before)


def year_before(day: date) -> date:
    """The same day of the previous year; 28 February for the 29th."""
    try:
        return day.replace(year=day.year - 1)
    except ValueError:
        return day.replace(year=day.year - 1, day=28)


_POINTS, _STEP = (
    (Path(__file__).with_name(f"{name}.sql")).read_text(encoding="utf-8").replace("{source}", "")
    for name in ("points", "step")
)


def points(spec: AssessmentSpec) -> list[tuple]:
    """Unit, full marks of the scheme of the decision in force, and the sum of the totals, capped at these marks."""
    return _register_rows(spec, _POINTS, spec.on, spec.on)


_STEPS = {
    CycleStep.APPLY: (State.DRAFT, [State.SUBMITTED], State.SUBMITTED),
    CycleStep.TOWNSHIP_REVIEW: (
        State.TOWNSHIP_REVIEW,
        [State.DECIDED, State.COUNTY_REVIEW, State.REJECTED],
        State.SUBMITTED,
    ),
    CycleStep.COUNTY_REVIEW: (State.COUNTY_REVIEW, [State.DECIDED, State.TOWNSHIP_REVIEW], State.COUNTY_REVIEW),
}
"""By step: the state from which it leads, to which, and by which state an application comes to it."""


def step(spec: AssessmentSpec, of: str) -> list[tuple[str, int, int]]:
    """Unit, how many villages had to take the step in the year's cycle, and how many did before its window closed.

    All rated units have to apply; the reviews are due for what was submitted to them and not withdrawn untouched.
    """
    at, to, comes = _STEPS[CycleStep(of)]
    everyone = of == CycleStep.APPLY
    return _rows(spec, _STEP, spec.year, Level.VILLAGE, at, to, comes, of, of, everyone, State.DRAFT)


_EVENTS = """
select v.place, count(distinct e.unit_id)
from village v
join ratings_event e on e.unit_id = v.code
left join ratings_reversal r on r.event_id = e.id
where not e.held and e.kind = any (%s) and extract(year from e."on") = %s and (r."on" is null or r."on" > %s)
group by 1
"""


def events(spec: AssessmentSpec, kinds: Iterable[str]) -> list[tuple[str, int]]:
    """Unit, and how many villages have a released event of ``kinds`` in the year; one undone by an appeal does
    not count."""
    return _rows(spec, _EVENTS, list(kinds), spec.year, spec.on)


_WARNINGS = """
select v.place, count(*), count(*) filter (where f.state = 'done' and f.closed_at < f.due_at)
from village v
join followups_followup f on f.unit_id = v.code
where starts_with(f.kind, %s) and f.state <> 'cancelled' and (f.params ->> 'year')::int = %s and f.due_at <= %s
group by 1
"""


def warnings(spec: AssessmentSpec) -> list[tuple[str, int, int]]:
    """Unit, how many warnings of the year were due by the end of the day, and how many of these were closed in time."""
    return _rows(spec, _WARNINGS, PREFIX, spec.year, end_of(spec.on))


_OWN = """
select p.unit, p.star, p.scheme from period p
where p.unit in (select place from village) and p.since <= %s and (p.until is null or p.until > %s)
"""


def own_stars(spec: AssessmentSpec) -> list[tuple[str, int, int]]:
    """Unit, its own star in force on the day, and the highest of its scheme; left out without a scheme."""
    rows = _register_rows(spec, _OWN, spec.on, spec.on)
    schemes = Scheme.objects.filter(pk__in={scheme for _place, _star, scheme in rows})
    most = {
        pk: highest_star(rule, lines, areas)
        for pk, rule, lines, areas in schemes.values_list("pk", "body__rule", "body__stars", "body__areas")
    }
    return [(place, star, most[scheme]) for place, star, scheme in rows if scheme]
