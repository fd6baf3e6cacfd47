"""Who is asked for comments on a draft: the one rule for pages, to-do lists, notices and the workflow."""

from typing import Any

from django.utils import timezone

from accounts.models import Appointment, AppointmentQuerySet
from accounts.roles import ROLES
from consultations.models.lifecycle import COMMENT

CONSULTED = sorted(role for role, spec in ROLES.items() if COMMENT in spec.permissions)
"""The roles that are asked for comments."""


def posts_asked(county: Any, rates: Any) -> AppointmentQuerySet:
    """Today's posts in a county that are asked about its draft for units of the level ``rates``; of those who fill in
    and sign only the ones whose unit the scheme rates. Both may be columns of an outer query (``OuterRef``)."""
    today = Appointment.objects.on(timezone.localdate()).for_rating_of(rates)
    return today.filter(unit__code__startswith=county, role__in=CONSULTED)
