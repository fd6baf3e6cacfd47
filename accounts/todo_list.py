"""The to-do list: apps register sources in ``registrations.py``; the first entry is the person's next step.

The home page counts. For the numbers in the menu of every other page the addresses are cached, so that they need no
query: until the person takes a step, and for two minutes at most, as others take steps too.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from records.deadlines import days_left, is_over
from records.registry import Registry

Text = str | Promise
PLACES_KEPT_FOR = 120
"""Seconds."""


@dataclass(frozen=True)
class Todo:
    """One thing that waits for a person. ``due``: aware; ``over``: who or what it comes from; ``action``: the
    button's label."""

    title: Text
    url: str
    detail: Text = ""
    due: datetime | None = None
    urgent: bool = False
    over: Text = ""
    action: Text = ""

    @property
    def days_left(self) -> int | None:
        """Calendar days to the last day; negative when late."""
        return None if self.due is None else days_left(self.due)

    @property
    def days_word(self) -> str:
        """The caption under the number of days, or under "today"."""
        days = self.days_left or 0
        if not days:
            return _("over") if self.due and is_over(self.due) else _("is the last day")
        return ngettext("day late", "days late", -days) if days < 0 else ngettext("day left", "days left", days)

    @property
    def days_shown(self) -> int | str | None:
        """The number of days; "today" on the last day."""
        return None if self.days_left is None else abs(self.days_left) or _("Today")


class TodoSource(Protocol):
    """A module or object that knows what waits for a person; at most two SQL queries per call."""

    def entries(self, user: User) -> list[Todo]: ...


_sources = Registry[TodoSource]()
register = _sources.register


def todos_of(user: User) -> list[Todo]:
    """Everything that waits for ``user``: urgent first, then by due day, those without one last."""
    todos = [entry for source in _sources for entry in source.entries(user)]
    cache.set(_places_key(user), [str(entry.url) for entry in todos], PLACES_KEPT_FOR)
    return sorted(todos, key=lambda entry: (not entry.urgent, entry.due is None, entry.due or timezone.now()))


def known_places(user: User) -> list[str] | None:
    """The addresses of the to-dos of ``user``, as last counted; None: no longer known."""
    return cache.get(_places_key(user))


def forget_places(user: User) -> None:
    cache.delete(_places_key(user))


def _places_key(user: User) -> str:
    return f"todo-places:{user.pk}"
