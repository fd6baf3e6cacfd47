"""From when a figure is a lead: data of each city and county, with defaults that are stated beside them."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class LimitOfLead:
    words: str | Promise
    default: int
    least: int
    most: int


LIMITS = {
    "gap_points": LimitOfLead(_("Self-assessment above the panel: from (points)"), 10, 3, 50),
    "gap_years": LimitOfLead(_("Self-assessment above the panel: in at least (years of the last three)"), 2, 1, 3),
    "jump": LimitOfLead(_("Sudden jump: beyond the county's own change from (hundredths of full marks)"), 15, 5, 60),
    "objections": LimitOfLead(_("Repeated objections: from (within two years)"), 3, 2, 20),
    "photo_bits": LimitOfLead(_("The same or nearly the same photo: differing points of 128, at most"), 4, 0, 4),
    "photo_uses": LimitOfLead(_("The same or nearly the same photo: used by at least (villages or years)"), 2, 2, 20),
    "reviewer_points": LimitOfLead(_("Reviewer far from the others: from (points on average)"), 4, 1, 30),
    "reviewer_sheets": LimitOfLead(_("Reviewer far from the others: over at least (villages)"), 5, 3, 50),
    "crowd_times": LimitOfLead(_("Crowding above a line: as many as below it, times"), 3, 2, 20),
    "crowd_units": LimitOfLead(_("Crowding above a line: at least (villages above it)"), 6, 3, 100),
}
"""By name; the wording says what is counted."""
