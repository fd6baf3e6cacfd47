"""What some terms of an assessment count, by unit: one query each, over all villages at once.

Every query begins with the relations of ``VillagesBelow``; what figures from below count too stands there.
"""

from pathlib import Path

from ratings.below.villages import VillagesBelow
from ratings.models import Application, Scheme, Stage
from ratings.models.cycle import CycleStep
from ratings.models.lifecycle import STEPS
from records.deadlines import end_of
from reports.assessments.checks import highest_star
from reports.kept_warnings import PREFIX
from villages.models import Level

State = Application.State
_STEP = Path(__file__).with_name("step.sql").read_text(encoding="utf-8").replace("{source}", "")

_STEPS = {
    CycleStep.APPLY: (["submit"], "submit"),
    CycleStep.TOWNSHIP_REVIEW: (["decide_township", "recommend", "reject"], "submit"),
    CycleStep.COUNTY_REVIEW: (["decide_county", "send_back"], "recommend"),
}
"""The verbs that end each step, and the one by which an application comes to it."""


def _moves(*verbs: str) -> list[tuple[str, str]]:
    """Those of a village's application."""
    return [move for verb in verbs for move in STEPS[verb].at_level(Stage.TOWNSHIP).moves]


def step(villages: VillagesBelow, year: int, of: str) -> list[tuple[str, int, int]]:
    """Unit, how many villages had to take the step in the year's cycle, and how many did before its window closed.

    All rated units have to apply; the reviews are due for what was submitted to them and not withdrawn untouched.
    """
    ends, comes = _STEPS[CycleStep(of)]
    moves, came = _moves(*ends), _moves(comes)[0][1]
    at, to = moves[0][0], [after for _before, after in moves]
    everyone = of == CycleStep.APPLY
    return villages.rows(_STEP, year, Level.VILLAGE, at, to, came, of, of, everyone, State.DRAFT)


_WARNINGS = """
select v.place, count(*), count(*) filter (where f.state = 'done' and f.closed_at < f.due_at)
from village v
join followups_followup f on f.unit_id = v.code
where starts_with(f.kind, %s) and f.state <> 'cancelled' and (f.params ->> 'year')::int = %s and f.due_at <= %s
group by 1
"""


def warnings(villages: VillagesBelow, year: int) -> list[tuple[str, int, int]]:
    """Unit, how many warnings of the year were due by the end of the day, and how many of these were closed in time."""
    return villages.rows(_WARNINGS, PREFIX, year, end_of(villages.on))


_OWN = """
select p.unit, p.star, p.scheme from period p
where p.unit in (select place from village) and p.since <= %s and (p.until is null or p.until > %s)
"""


def own_stars(villages: VillagesBelow) -> list[tuple[str, int, int]]:
    """Unit, its own star in force on the day, and the highest of its scheme; left out without a scheme."""
    rows = villages.register_rows(_OWN, villages.on, villages.on)
    schemes = Scheme.objects.filter(pk__in={scheme for _place, _star, scheme in rows})
    most = {
        pk: highest_star(rule, lines, areas)
        for pk, rule, lines, areas in schemes.values_list("pk", "body__rule", "body__stars", "body__areas")
    }
    return [(place, star, most[scheme]) for place, star, scheme in rows if scheme]


_PLANS = """
select v.place, count(*), count(*) filter (where p.state = 'passed' and p.ended <= p.due)
from village v
join (
    select unit_id, state, due, (closed_at at time zone 'Asia/Shanghai')::date as ended from improvements_plan
) as p on p.unit_id = v.code
where extract(year from p.due) = %s and not (p.state = 'cancelled' and p.ended <= p.due)
group by 1
"""


def plans(villages: VillagesBelow, year: int) -> list[tuple[str, int, int]]:
    """Unit, how many improvement plans were due in the year, and how many of these passed their check by their date.

    What was called off by its date, as nobody needed it, was not due.
    """
    return villages.rows(_PLANS, year)
