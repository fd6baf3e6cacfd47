"""The step that an application is in, for the tracker at the top of its pages (practice §3)."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from ratings.disclosure import shown_steps
from ratings.models import Application, Stage, Transition
from ratings.models.lifecycle import STEPS
from records.deadlines import short_day

State = Application.State
REACHED = {
    State.DRAFT: 0,
    State.SUBMITTED: 1,
    State.RETURNED: 1,
    State.TOWNSHIP_REVIEW: 1,
    State.COUNTY_REVIEW: 2,
    State.DECIDED: 3,
    State.PUBLIC_NOTICE: 3,
    State.CONFIRMED: 5,
    State.REJECTED: 1,
}


@dataclass(frozen=True)
class TrackStep:
    """``state``: done, current or nothing."""

    name: str
    note: str
    state: str


def visible_steps(user: Any, application: Application) -> list[Transition]:
    """The steps so far that ``user`` may know, oldest first."""
    taken = asked(_steps, None, application.pk)
    for step in taken:
        step.application = application
    return shown_steps(user, application, taken)


def _steps(_user: User, application: int) -> QuerySet[Transition]:
    return Transition.objects.filter(application=application).select_related("by")


def steps_of(application: Application, taken: Iterable[Transition]) -> list[TrackStep]:
    """The five steps with their days, as the reader may know them (``shown_state``, ``visible_steps``)."""
    taken = list(taken)
    at = REACHED[application.shown_state]
    days = {step.to_state: short_day(step.at) for step in taken}
    names = [
        (_("Self-assessment"), days.get(State.SUBMITTED, "")),
        (_("Township review"), _note(application, 1)),
        (_("County review"), _note(application, 2) or (_("not needed") if at > 2 and not _by_county(taken) else "")),
        (_("Public notice"), days.get(State.PUBLIC_NOTICE, "")),
        (_("Confirmed"), days.get(State.CONFIRMED, "")),
    ]
    if application.first_stage == Stage.COUNTY:  # the township does not review itself
        names[2] = (names[2][0], _note(application, 1))
        del names[1]
        at = max(at - 1, min(at, 1))
    return [
        TrackStep(name, note, "done" if place < at else "current" if place == at else "")
        for place, (name, note) in enumerate(names)
    ]


def named(step: Transition) -> Transition:
    """The step with its ``name`` for the timeline; one that has no words there is named by the state that it led to."""
    step.name = (step.verb in STEPS and STEPS[step.verb].told) or State(step.to_state).label
    return step


def _note(application: Application, place: int) -> str:
    """The state in words, under the step in which the application is."""
    state = application.shown_state
    return str(State(state).label) if REACHED[state] == place and state in (State.SUBMITTED, State.RETURNED) else ""


def _by_county(taken: list[Transition]) -> bool:
    return any(step.to_state == State.COUNTY_REVIEW for step in taken)
