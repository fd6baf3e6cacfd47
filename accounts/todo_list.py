"""The to-do list: apps register sources in ``registrations.py``; the first entry is the person's next step.

It is ordered by what is due first. What is urgent without a day of its own counts as due now.

The home page counts. For the numbers in the menu of every other page the addresses are cached, so that they need no
query: until the person takes a step, and for two minutes at most, as others take steps too.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Protocol

from django.core.cache import cache
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.usual_times import usual_days
from records.deadlines import day_in_words, days_left, deadline, deadline_left, is_over
from records.registry import Registry

Text = str | Promise
PLACES_KEPT_FOR = 120
"""Seconds."""


@dataclass(frozen=True)
class Todo:
    """One thing that waits for a person, or several alike.

    ``due``: aware; ``over``: the heading; ``action``: the button's label. ``since``: when it came to the person, the
    oldest of several; ``whom``: from whom. ``takes``: the key of how long this usually takes (``usual_times``), which
    the list turns into ``usual``, in days.
    """

    title: Text
    url: str
    detail: Text = ""
    due: datetime | None = None
    urgent: bool = False
    over: Text = ""
    action: Text = ""
    since: datetime | None = None
    whom: Text = ""
    takes: str = ""
    usual: int | None = None

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

    @property
    def until(self) -> str:
        """The deadline and the time left, in words."""
        return deadline_left(self.due) if self.due else ""

    @property
    def usually(self) -> str:
        """How long it usually takes, in words."""
        if self.usual is None:
            return ""
        return ngettext("usually done in %(n)s day", "usually done in %(n)s days", self.usual) % {"n": self.usual}

    @property
    def origin(self) -> list[str]:
        """Since when, from whom, and how long it usually takes; what is known of these."""
        return [
            *([_("since %(day)s") % {"day": day_in_words(self.since)}] if self.since else []),
            *([_("from %(whom)s") % {"whom": self.whom}] if self.whom else []),
            *filter(None, [self.usually]),
        ]

    @property
    def facts_beside_days(self) -> list[str]:
        """``facts`` where the number of days stands beside them: without the time left."""
        return [*([deadline(self.due)] if self.due else []), *self.origin]

    @cached_property
    def facts(self) -> list[str]:
        """``until`` and ``origin``."""
        return [*filter(None, [self.until]), *self.origin]


class TodoSource(Protocol):
    """A module or object that knows what waits for a person; at most two SQL queries per call."""

    def entries(self, user: User) -> list[Todo]: ...


_sources = Registry[TodoSource]()
register = _sources.register


def todos_of(user: User) -> list[Todo]:
    """Everything that waits for ``user``: by due moment, those without one last."""
    todos = [entry for source in _sources for entry in source.entries(user)]
    cache.set(_places_key(user), [str(entry.url) for entry in todos], PLACES_KEPT_FOR)
    usual = usual_days(user, {entry.takes for entry in todos if entry.takes})
    todos = [replace(entry, usual=usual.get(entry.takes)) for entry in todos]
    now = timezone.now()
    return sorted(todos, key=lambda entry: _turn(entry, now))


def _turn(entry: Todo, now: datetime) -> tuple[bool, datetime, bool]:
    due = entry.due or (now if entry.urgent else None)
    return due is None, due or now, not entry.urgent


def of_several(first: str | None, count: int) -> str:
    """From whom several alike come: the ``first`` of them, and that there are more."""
    return first or "" if count < 2 else _("%(first)s and others") % {"first": first}


def known_places(user: User) -> list[str] | None:
    """The addresses of the to-dos of ``user``, as last counted; None: no longer known."""
    return cache.get(_places_key(user))


def forget_places(user: User) -> None:
    cache.delete(_places_key(user))


def _places_key(user: User) -> str:
    return f"todo-places:{user.pk}"
