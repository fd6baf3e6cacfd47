"""What a person may do next with a thing: its table of steps (``records.lifecycle``), asked for one person.

Page, API, workflow and tests share one ``Actions`` for each kind of thing: a page shows ``available(user, thing)``, a
workflow function begins with ``require(verb, user, thing)``.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar

from records.lifecycle import Lifecycle, Step
from records.refusals import NotAllowed, WrongState


class InAState(Protocol):
    state: Any


T = TypeVar("T", bound=InAState)


def _nothing(user: Any, step: Step, thing: Any) -> str:
    return ""


def _of_the_table(step: Step, thing: Any) -> Step:
    return step


@dataclass(frozen=True)
class Actions(Generic[T]):
    """``may(user, step, thing)``: whether this person may ever take the step; ``moved_on(user, thing)``: what is said
    where the thing is not (any more) in a state of the step; ``hindrance(user, step, thing)``: why it cannot be taken
    all the same ("" where it can); ``own(step, thing)``: the step as it is taken with this thing, where things
    differ."""

    steps: Lifecycle
    may: Callable[[Any, Step, T], bool]
    moved_on: Callable[[Any, T], str]
    hindrance: Callable[[Any, Step, T], str] = _nothing
    own: Callable[[Step, T], Step] = _of_the_table

    def available(self, user: Any, thing: T) -> list[Step]:
        """The steps available to ``user`` now, in the order of the table."""
        steps = (self.own(step, thing) for step in self.steps.offered)
        here = (step for step in steps if thing.state in step.states and self.may(user, step, thing))
        return [step for step in here if not self.hindrance(user, step, thing)]

    def require(self, verb: str, user: Any, thing: T) -> None:
        """Raise ``NotAllowed`` or ``WrongState`` unless ``user`` may take this step with ``thing`` now."""
        step = self.require_right(verb, user, thing)
        if thing.state not in step.states:
            raise WrongState(self.moved_on(user, thing))
        if hindered := self.hindrance(user, step, thing):
            raise WrongState(hindered)

    def require_right(self, verb: str, user: Any, thing: T) -> Step:
        """The step; raise ``NotAllowed`` unless it is this person's at all, whatever the state."""
        step = self.own(self.steps[verb], thing)
        if not self.may(user, step, thing):
            raise NotAllowed
        return step
