"""A county that has not begun the year's rating by 1 September is told, once."""

from datetime import date

from django.urls import reverse

from accounts.models import Appointment
from accounts.roles import Role
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Cycle

KIND = "year_not_begun"
FIRST_MONTH, LAST_MONTH = 9, 12
"""A night that was missed is made up for until the end of the year."""


def remind(today: date) -> int:
    """Tell the offices of counties without a rating of this year; how many people were told."""
    if not FIRST_MONTH <= today.month <= LAST_MONTH:
        return 0
    begun = Cycle.objects.filter(year=today.year).values("unit")
    told = Notice.objects.filter(kind=KIND, params__year=today.year)
    offices = Appointment.objects.on(today).filter(role=Role.COUNTY_OFFICE).exclude(unit__in=begun)
    waiting = offices.exclude(unit__in=told.values("unit_code"))
    waiting = waiting.order_by("unit_id", "user_id").distinct("unit_id", "user_id")
    notices = [
        Notice(
            user_id=held.user_id,
            kind=KIND,
            params={"year": today.year, "unit": held.unit.name},
            link=reverse("cycles"),
            unit_code=held.unit_id,
        )
        for held in waiting.select_related("unit")
    ]
    announce_all(notices)
    return len(notices)
