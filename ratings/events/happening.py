"""What happened to a unit, as it is to be recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.events.rectification import RectificationOrder
from ratings.models import Event
from records.refusals import Incomplete
from villages.models import Unit


@dataclass(frozen=True)
class Happening:
    """``kind``, an event of the scheme in force there on the day ``on``, happened to ``unit``; ``source`` distinguishes
    two on one day.

    ``closed``: the day on which it was closed as rectified, where that is past. A ``held`` one has no effect until it
    is released. ``rectification``: who is to put it right by when. ``person`` and ``post``: whom it concerns, where
    that has to be known; those who record events alone see it.
    """

    unit: Unit
    kind: str
    on: date
    source: str = ""
    note: str = ""
    closed: date | None = None
    held: bool = False
    rectification: RectificationOrder | None = None
    person: str = ""
    post: str = ""

    @classmethod
    def of(cls, event: Event) -> Happening:
        """What the register follows of a recorded event."""
        return cls(event.unit, event.kind, event.on, event.source, closed=event.closed)

    @property
    def key(self) -> tuple[str, str, date, str]:
        """An event is recorded once."""
        return self.unit.pk, self.kind, self.on, self.source

    @property
    def texts(self) -> list[str]:
        """What was typed in words."""
        return [self.note, self.source, self.post]

    @property
    def asked(self) -> dict[str, Any]:
        """What decides the effect on stars, as a page shows it."""
        named = {"unit": self.unit.name, "kind": self.kind, "on": self.on, "source": self.source}
        return named | {"closed": self.closed, "held": self.held}

    def recorded(self) -> QuerySet[Event]:
        """This very event, if it is recorded already."""
        unit, kind, on, source = self.key
        return Event.objects.filter(unit=unit, kind=kind, on=on, source=source)

    def require_possible(self) -> None:
        """Raise ``Incomplete`` for days that cannot be, a kind that the scheme does not know, an impossible order."""
        problems = self._wrong_days()
        if not problems and self.kind not in events_of(judging_scheme(self.unit, self.on)):
            problems = {"kind": _("The scheme in force on that day knows no such event.")}
        if self.closed and self.rectification:
            problems["closed"] = _("What has been rectified needs no working days to rectify it.")
        if problems:
            raise Incomplete(" ".join(problems.values()), problems)
        if self.rectification:
            self.rectification.require_possible(self.unit)

    def _wrong_days(self) -> dict[str, str]:
        today = timezone.localdate()
        if self.on > today:
            return {"on": _("This day is still to come.")}
        if self.unit.ended and self.unit.ended <= self.on:
            return {"on": _("The unit no longer existed on that day.")}
        if self.closed and not self.on <= self.closed <= today:
            return {"closed": _("A day from %(first)s to today.") % {"first": date_format(self.on)}}
        return {}
