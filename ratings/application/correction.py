"""Who has to correct what was returned, and who fills in a unit's form at all."""

from accounts.roles import Role
from followups.offices import Office
from ratings.models import Stage
from ratings.models.application import first_stage

FOLLOW_UP = "correction"
"""The kind of follow-up that an open return is."""


def filling_office(unit: str) -> Office:
    """Whose turn it is while the form is with the unit (by code) itself."""
    return Office(unit, Role.TOWNSHIP_FILLER if first_stage(unit) == Stage.COUNTY else Role.FILLER)
