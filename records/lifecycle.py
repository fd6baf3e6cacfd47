"""The life of a thing, written down once: its states in named groups, and the steps that lead from one to another.

A group stands on the enum of the states and is used wherever several states mean one thing, in Python and in SQL::

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        RETURNED = "returned", _("Returned")
        WITH_VILLAGE = Group(DRAFT, RETURNED)

    Application.objects.filter(state__in=State.WITH_VILLAGE)
    f"a.state IN {State.WITH_VILLAGE.sql}"
"""

from typing import Any


class States(tuple):
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
