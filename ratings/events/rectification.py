"""Who rectifies what an event brought up, by when, and who checks it."""

from typing import NamedTuple

from django.utils.translation import gettext as _

from ratings.models import Event
from records.refusals import Incomplete
from villages.models import Unit, county_of, prefixes, township_of

FOLLOW_UP = "rectification"
"""The kind of follow-up that the rectification of an event is."""
MOST_DAYS = 250


class RectificationOrder(NamedTuple):
    """As the fields of ``Event``: the unit that answers for it, within how many working days, and who checks it."""

    accountable: Unit
    rectify_within: int
    checker: str = Event.Checker.RECORDER

    def require_possible(self, unit: Unit) -> None:
        """Raise ``Incomplete`` where no such unit can answer for an event of ``unit``, or would check itself."""
        if self.accountable.pk not in accountable_for(unit):
            message = _("Please choose the unit itself, or its township or county.")
            raise Incomplete(message, {"accountable": message})
        if not 1 <= self.rectify_within <= MOST_DAYS:
            message = _("From 1 to %s working days.") % MOST_DAYS
            raise Incomplete(message, {"rectify_within": message})
        above = {"township": township_of(unit.pk), "county": county_of(unit.pk)}
        checks, answers = above.get(self.checker, ""), self.accountable.pk
        if checks == answers or not answers.startswith(checks):
            message = _("Who answers for it does not check it.")
            raise Incomplete(message, {"checker": message})


def accountable_for(unit: Unit) -> list[str]:
    """Codes of the units that may answer for an event of ``unit``: itself, then those above it within the county."""
    return [code for code in reversed(prefixes(unit.pk)) if code.startswith(county_of(unit.pk))]
