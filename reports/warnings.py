"""What is late or unusual in a unit (预警), by the rules of ``warnings.sql``; red is late, yellow deserves a look."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.working_days import working_days_between
from ratings.models import Application
from ratings.models.cycle import RATED_IN_CYCLE
from reports.thresholds import THRESHOLDS, value_for
from reports.unusual_figures import unusual_figures

_UNITS = {"W3": "a.unit_id", "W6": "e.unit_id", "W7": "a.unit_id", "W8": "b.unit_id", "W9": "e.unit_id"}
_SQL = (
    Path(__file__)
    .with_suffix(".sql")
    .read_text(encoding="utf-8")
    .format(
        rated=RATED_IN_CYCLE,
        least_W7=THRESHOLDS["W7"].least,
        **{rule: value_for(rule, unit) for rule, unit in _UNITS.items()},
    )
)
SHOWN = 8
RULES = {
    "W1": _("Has not applied, and the window is closed"),
    "W2": _("Correction is overdue"),
    "W3": _("Submitted, but not accepted yet"),
    "W4": _("An objection is open"),
    "W5": _("A proposed change of star is not settled"),
    "W6": _("An event has been open for long"),
    "W7": _("Self-assessment is far above the review"),
    "W8": _("Decided, but the public notice is late"),
    "W9": _("The same event happened again"),
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
    """What all rules find everywhere; unusual figures only here: they are too many to compare for each page."""
    return [
        *(Finding(row[0], row[2], *row[8:]) for row in _found("", now, None)),
        *(Finding("W10", one.unit, f"{one.application}:{one.item}", one.year, one.since) for one in unusual_figures()),
    ]


def _met_before(today: date) -> list[date]:
    """For n = 1, 2, …: the last day after which n working days have passed before ``today``."""
    most = THRESHOLDS["W8"].most
    days = working_days_between(today - timedelta(days=3 * most), today - timedelta(days=1))
    return [day - timedelta(days=1) for day in reversed(days[-most:])]


def _found(code: str, now: datetime, limit: int | None) -> list[tuple]:
    parameters = {
        "code": code,
        "end": code + "~",
        "now": now,
        "today": timezone.localdate(now),
        "limit": limit,
        "met_before": _met_before(timezone.localdate(now)),
        "under_way": Application.State.UNDER_WAY.values,
        "star_published": Application.State.STAR_PUBLISHED.values,
    }
    with connection.cursor() as cursor:
        cursor.execute(_SQL, parameters)
        return cursor.fetchall()
