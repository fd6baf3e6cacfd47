"""What is late or unusual in a unit (预警), by the rules of ``warnings.sql``; red is late, yellow deserves a look."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from ratings.models import Application
from ratings.models.cycle import RATED_IN_CYCLE

_SQL = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").format(rated=RATED_IN_CYCLE)
SHOWN = 8
RULES = {
    "W1": _("Has not applied, and the window is closed"),
    "W2": _("Correction is overdue"),
    "W3": _("Submitted, but not accepted for a week"),
    "W4": _("An objection is open"),
    "W5": _("A proposed change of star is not settled"),
    "W6": _("An event is open for more than half a year"),
    "W7": _("Self-assessment is 10 points or more above the review"),
}


@dataclass(frozen=True)
class OpenWarning:
    """``days``: for how long it has been late, or in this state."""

    rule: str
    red: bool
    unit: str
    name: str
    township: str
    days: int

    @property
    def text(self) -> str:
        return RULES[self.rule]

    @property
    def since(self) -> str:
        if self.red:
            return ngettext("%(days)s day late", "%(days)s days late", self.days) % {"days": self.days}
        return ngettext("for %(days)s day", "for %(days)s days", self.days) % {"days": self.days}


@dataclass(frozen=True)
class Warnings:
    """The first ``SHOWN``, most urgent first, and how many there are of each colour."""

    shown: list[OpenWarning]
    red: int
    yellow: int


def warnings_of(code: str, now: datetime, limit: int = SHOWN) -> Warnings:
    """The warnings of everything below ``code``, in one query."""
    rows = _found(code, now, limit)
    red, yellow = rows[0][6:8] if rows else (0, 0)
    return Warnings([OpenWarning(*row[:6]) for row in rows], red, yellow)


class Finding(NamedTuple):
    """What a rule finds now: ``subject`` is the key of what it is about (of an application, a return …)."""

    rule: str
    unit: str
    subject: str
    year: int
    since: date


def findings(now: datetime) -> list[Finding]:
    """What all rules find everywhere."""
    return [Finding(row[0], row[2], *row[8:]) for row in _found("", now, None)]


def _found(code: str, now: datetime, limit: int | None) -> list[tuple]:
    parameters = {
        "code": code,
        "end": code + "~",
        "now": now,
        "today": timezone.localdate(now),
        "limit": limit,
        "under_way": Application.State.UNDER_WAY.values,
        "star_published": Application.State.STAR_PUBLISHED.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return cursor.fetchall()
