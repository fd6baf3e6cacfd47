"""“Who has not yet”: units × steps with days, for an office's own scope; nobody is ranked.

A township's rows are its villages, with what waits in each cell; above, the rows are the next level's units, with how
much waits and how much of it is late.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property
from typing import Any

from django.db.models import Case, Max, Q, QuerySet, Value, When
from django.db.models.functions import Length
from django.urls import reverse

from accounts.models import User
from accounts.prepared import asked
from accounts.roles import office_name
from ratings.disclosure import with_shown_state
from ratings.models import Application, Cycle, Stage, Transition
from ratings.models.lifecycle import with_former
from records.deadlines import days_left, is_over, last_day, remaining
from reminders.due import Due, due_in, people_whose_turn
from reminders.models import DueStep
from reminders.visible import visible
from reviews.models.review_levels import REVIEW_LEVELS
from villages.models import TOWNSHIP_LENGTH, Level, Unit, below

SOON = 7
"""Calendar days."""
State = Application.State
STATES_AFTER = {
    DueStep.APPLY: set(State.values) - {State.DRAFT},
    DueStep.TOWNSHIP_REVIEW: State.PAST_TOWNSHIP,
    DueStep.COUNTY_REVIEW: State.PAST_REVIEW,
    DueStep.RELEASE: State.STAR_PUBLISHED,
}
DONE_BY = {
    DueStep.APPLY: Q(verb__in=["submit", "resubmit"]),
    DueStep.TOWNSHIP_REVIEW: Q(
        verb__in=["decide_township", "recommend", "reject"], from_state=REVIEW_LEVELS[Stage.TOWNSHIP].state
    ),
    DueStep.COUNTY_REVIEW: Q(
        verb__in=with_former(["decide_county", "reject"]), from_state=REVIEW_LEVELS[Stage.COUNTY].state
    ),
    DueStep.RELEASE: Q(verb="release"),
}
LEVEL_BELOW = {4: 6, 6: TOWNSHIP_LENGTH, TOWNSHIP_LENGTH: 12}
"""Digits of the rows' codes by those of the unit; of a province, its cities."""


@dataclass
class Cell:
    """``dues``: what waits there, the earliest first; ``people``: whose turn the first of them is; ``done``: when the
    step was done."""

    step: DueStep
    dues: list[Due]
    people: str = ""
    done: datetime | None = None

    @property
    def first(self) -> Due | None:
        return self.dues[0] if self.dues else None

    @cached_property
    def late(self) -> int:
        return sum(one.due is not None and is_over(one.due) for one in self.dues)

    @property
    def left(self) -> str:
        """Until the first of them: "4 days left", "4 days late"."""
        return remaining(self.first.due) if self.first and self.first.due else ""

    @property
    def last_day(self) -> date | None:
        return last_day(self.first.due) if self.first and self.first.due else None

    @cached_property
    def kind(self) -> str:
        """How it looks: late, soon, wait, done or empty."""
        if self.late:
            return "late"
        if self.first:
            near = self.first.due is not None and days_left(self.first.due) <= SOON
            return "wait" if near else "soon"
        return "done" if self.done else "turn"


@dataclass
class Row:
    unit: Unit
    cells: list[Cell]
    url: str = ""

    @property
    def links(self) -> list[str]:
        """Where its cells lead: to what waits first, unless the row leads to a matrix of its own."""
        return [] if self.url else [cell.first.link for cell in self.cells if cell.first]

    @cached_property
    def kind(self) -> str:
        kinds = {cell.kind for cell in self.cells}
        return next((kind for kind in ("late", "wait", "soon") if kind in kinds), "turn")


@dataclass
class Matrix:
    unit: Unit
    steps: list[DueStep]
    rows: list[Row]

    @property
    def opens(self) -> bool:
        """Whether its rows lead to a matrix of their own."""
        return len(self.unit.code) < TOWNSHIP_LENGTH

    def narrowed(self, only: str) -> list[Row]:
        """``late``, ``soon`` (late or within a week) or all."""
        wanted = {"late": ("late",), "soon": ("late", "wait")}.get(only)
        return [row for row in self.rows if row.kind in wanted] if wanted else self.rows

    @cached_property
    def counts(self) -> dict[str, int]:
        return {only: len(self.narrowed(only)) for only in ("all", "soon", "late")}


def matrix_of(user: User, unit: Unit) -> Matrix:
    """What ``user`` may know of what waits in ``unit``."""
    digits = LEVEL_BELOW.get(len(unit.code), 4)
    dues = visible(user, due_in([unit.code], user))
    by_cell: dict[tuple[str, str], list[Due]] = defaultdict(list)
    for one in sorted(dues, key=lambda due: (due.due is None, due.due)):
        by_cell[one.unit[:digits], one.step].append(one)
    township = digits > TOWNSHIP_LENGTH
    done = _done(user, unit) if township else {}
    used = {step for _unit, step in (*by_cell, *done)}
    steps = [step for step in DueStep if step in used]
    names = _names(by_cell) if township else {}
    rows = [
        Row(
            one,
            [
                Cell(
                    step,
                    waiting := by_cell.get((one.code, step), []),
                    names.get(waiting[0], "") if waiting else "",
                    done.get((one.code, step)),
                )
                for step in steps
            ],
            "" if township or one == unit else f"{reverse('due')}?unit={one.code}",
        )
        for one in _units(user, unit, digits, {code for code, _step in by_cell})
    ]
    return Matrix(unit, steps, rows)


def _units(user: User, unit: Unit, digits: int, waiting: Collection[str]) -> list[Unit]:
    """The rows: the rated villages of a township, otherwise the next level's units; and wherever something waits."""

    def is_row(one: Unit) -> bool:
        village = one.rated and one.level == Level.VILLAGE
        there = village if digits > TOWNSHIP_LENGTH else one.level != Level.STATION
        return one.code in waiting or (there and one.ended is None and one != unit)

    return [one for one in asked(_at_and_below, user, unit.code, digits=digits) if is_row(one)]


def _at_and_below(_user: User, code: str, *, digits: int) -> QuerySet[Unit]:
    """Units with so many digits at most."""
    return Unit.objects.filter(below(code)).alias(digits=Length("code")).filter(digits__lte=digits).order_by("code")


def _done(user: User, unit: Unit) -> dict[tuple[str, str], datetime]:
    """When a unit did a step of the running rating, as far as ``user`` may know."""
    states = {pk: (code, state) for pk, code, state in asked(_running, user, unit.code)}
    done = {}
    for application, step, at in asked(_moved, user, unit.code):
        code, state = states[application]
        if state in STATES_AFTER[step]:
            done[code, step] = at
    return done


def _running(user: User, code: str) -> QuerySet[Any]:
    """The applications of the running rating: number, unit, the state that ``user`` may know."""
    running = Application.objects.filter(below(code, "unit_id"), cycle__state=Cycle.State.OPEN)
    return with_shown_state(running, user).values_list("pk", "unit_id", "shown_state")


def _moved(_user: User, code: str) -> QuerySet[Any]:
    """Of these: application, step, when it was last done."""
    moved = Transition.objects.filter(below(code, "application__unit_id"), application__cycle__state=Cycle.State.OPEN)
    done = Case(*(When(of, then=Value(step.value)) for step, of in DONE_BY.items()))
    steps = moved.annotate(done=done).exclude(done=None).values_list("application", "done")
    return steps.annotate(at=Max("at")).order_by("at")


def _names(cells: dict[tuple[str, str], list[Due]]) -> dict[Due, str]:
    """Whose turn the first thing of each cell is: a person's name, or the post where several hold it or nobody."""
    turns = people_whose_turn([dues[0] for dues in cells.values()])
    ids = {ids[0] for ids in turns.values() if len(ids) == 1}
    names: dict[int, Any] = dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    return {
        due: f"{office_name(due.office.role, due.office.unit)} {names.get(ids[0], '')}".strip()
        if len(ids) == 1
        else office_name(due.office.role, due.office.unit)
        for due, ids in turns.items()
    }
