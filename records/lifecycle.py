"""The life of a thing, written down once: its states in named groups, and the steps that lead from one to another.

A group stands on the enum of the states and is used wherever several states mean one thing, in Python and in SQL::

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RETURNED = "returned", _("Returned")
        WITH_VILLAGE = Group(DRAFT, RETURNED)

    Application.objects.filter(state__in=State.WITH_VILLAGE)
    f"a.state IN {State.WITH_VILLAGE.sql}"
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any

from django.utils.functional import Promise

Move = tuple[str, str]


class States(tuple[Any, ...]):
    """Some states of one enum, in the order given."""

    @property
    def values(self) -> list[str]:
        return [state.value for state in self]

    @property
    def sql(self) -> str:
        """The list for an SQL ``IN``. The values are words of our own code, never input."""
        return "(" + ", ".join(f"'{value}'" for value in self.values) + ")"


class Group:
    """Names some of an enum's own states in the enum's body; read from the enum it gives their ``States``."""

    def __init__(self, *states: tuple[str, Any]) -> None:
        self.values = [value for value, _label in states]

    def __get__(self, instance: Any, enum: type) -> States:
        return States(enum(value) for value in self.values)


def moves(*states: str, to: str) -> tuple[Move, ...]:
    """From each of ``states`` to the state ``to``."""
    return tuple((state, to) for state in states)


@dataclass(frozen=True)
class AtLevel:
    """A step as one level takes it: what in it is not the same at every level."""

    permissions: Iterable[str]
    moves: tuple[Move, ...] = ()
    at: Iterable[str] = ()


@dataclass(frozen=True)
class Step:
    """One step. ``permissions`` ("app.verb"): one of them is needed; none where nobody's right is asked (the clock).

    ``levels``: what each level has of its own in it, beside what all share; the step as a whole has all of it,
    ``at_level`` is the step of one. ``moves``: the changes of state that it makes; ``at``: the states in which it may
    be taken, where these are not those that it moves from. ``label``: on its button (None where no list of next steps
    offers it); ``url_name``: its page, which takes the thing's id; ``names``: what forms and the API call it, where
    that is not its verb. ``told``: in the timeline; ``trail``: in the audit trail.
    """

    verb: str
    permissions: Iterable[str] = ()
    moves: tuple[Move, ...] = ()
    at: Iterable[str] = ()
    label: Promise | None = None
    url_name: str = ""
    names: Iterable[str] = ()
    told: Promise | None = None
    trail: Promise | None = None
    levels: Mapping[str, AtLevel] = field(default_factory=dict)

    def __post_init__(self) -> None:
        own = self.levels.values()
        for name in ("permissions", "moves", "at"):
            of_levels = [one for level in own for one in getattr(level, name)]
            object.__setattr__(self, name, tuple(dict.fromkeys([*getattr(self, name), *of_levels])))

    def at_level(self, level: str) -> "Step":
        """The step as ``level`` takes it: without what others alone have in it."""
        if not self.levels:
            return self
        own, others = self.levels[level], [at for name, at in self.levels.items() if name != level]

        def narrowed(name: str) -> tuple[Any, ...]:
            foreign = {one for at in others for one in getattr(at, name)} - {*getattr(own, name)}
            return tuple(one for one in getattr(self, name) if one not in foreign)

        return replace(self, permissions=narrowed("permissions"), moves=narrowed("moves"), at=narrowed("at"), levels={})

    @property
    def permission(self) -> str:
        """The one that is needed, of a step that is not taken at several levels."""
        (only,) = self.permissions
        return only

    @property
    def states(self) -> frozenset[str]:
        """Those in which it may be taken."""
        return frozenset(self.at) or frozenset(before for before, _after in self.moves)

    @property
    def to(self) -> Any:
        """The state that it leads to, of a step that leads to one alone."""
        (only,) = {after for _before, after in self.moves}
        return only


class Lifecycle(Mapping[str, Step]):
    """All steps of one kind of thing by verb, in the order in which they are offered."""

    def __init__(self, *steps: Step) -> None:
        self._steps = {step.verb: step for step in steps}

    def __getitem__(self, verb: str) -> Step:
        return self._steps[verb]

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)

    @cached_property
    def transitions(self) -> list[Move]:
        """Every move of a step, once: what the database's state machine allows."""
        return list(dict.fromkeys((str(before), str(after)) for step in self.values() for before, after in step.moves))

    def only_at(self, level: str) -> list[Move]:
        """The moves that ``level`` alone makes, in steps that each level takes in its own way."""
        own, others = dict[Move, None](), set[Move]()
        for step in self.values():
            for name, at in step.levels.items():
                if name == level:
                    own |= dict.fromkeys((str(before), str(after)) for before, after in at.moves)
                else:
                    others |= {*at.moves}
        return [move for move in own if move not in others]

    @property
    def offered(self) -> list[Step]:
        """The steps that a person is offered as the next one."""
        return [step for step in self.values() if step.label is not None]

    @property
    def rights(self) -> dict[str, tuple[str, ...]]:
        return {step.verb: tuple(step.permissions) for step in self.values() if step.permissions}

    @cached_property
    def named(self) -> dict[str, Step]:
        """The steps by what forms and the API call them."""
        return {name: step for step in self.values() for name in step.names or (step.verb,)}

    @property
    def rights_by_name(self) -> dict[str, tuple[str, ...]]:
        return {name: tuple(step.permissions) for name, step in self.named.items() if step.permissions}

    def told_of(self, state: str) -> Promise | None:
        """How the timeline names the step that led to ``state``, of things that come to each state by one step."""
        return next(
            (step.told for step in self.values() if step.told and state in {to for _from, to in step.moves}), None
        )

    @property
    def trail(self) -> dict[str, Promise]:
        return {step.verb: step.trail for step in self.values() if step.trail is not None}
