"""What city and county may set for the rules of warnings: a value (its meaning, default and bounds), or off."""

from dataclasses import dataclass
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Threshold:
    words: str | Promise
    default: int
    least: int
    most: int


THRESHOLDS = {
    "W3": Threshold(_("Submitted and not accepted: warn after (days)"), 7, 1, 60),
    "W6": Threshold(_("Event not rectified: warn after (days)"), 183, 30, 730),
    "W7": Threshold(_("Self-assessment above the review: warn from (points)"), 10, 5, 50),
    "W8": Threshold(_("Public notice not released: warn after the meeting plus (working days)"), 5, 1, 30),
    "W9": Threshold(_("The same event again: warn within (days)"), 365, 30, 1095),
    "W10": Threshold(_("Figure outside the county's usual range: warn from (times)"), 3, 2, 20),
}

RULES = ("W1", "W2", "W3", "W4", "W6", "W7", "W8", "W9", "W10")
"""Those that a row may switch on or off; for some the switch has no effect (``ALWAYS_ON``)."""

ALWAYS_ON = ("W2",)
"""A late correction goes up by its warning alone (``FollowUpKind.warned``), so nobody switches that off."""
SWITCHED = tuple(rule for rule in RULES if rule not in ALWAYS_ON)

_SQL = Path(__file__).with_name("threshold.sql").read_text(encoding="utf-8")


def value_for(rule: str, unit: str) -> str:
    """SQL: the value for the unit whose code the SQL ``unit`` gives."""
    return "(" + _SQL.format(rule=rule, unit=unit, default=THRESHOLDS[rule].default) + ")"
