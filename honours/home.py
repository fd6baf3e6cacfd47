"""Rounds and titles on the home page of a village, and titles on a unit's page."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from accounts.prepared import asked
from honours.models import Nomination, NominationState, Round
from honours.models.lifecycle import NOMINATE, VIEW
from villages.models import Unit, is_station

SHOWN = 5


def open_rounds(user: User) -> dict[str, Any] | None:
    """For those who nominate a village, never for stations: the rounds that take nominations now, or None."""
    if all(is_station(code) for code in user.reach(NOMINATE)):
        return None
    found = asked(_open, user)
    return {"rounds": found} if found else None


def _open(user: User) -> QuerySet[Round]:
    rounds = Round.objects.seen_by(user).filter(state=Round.State.OPEN, nominate_until__gte=timezone.localdate())
    return rounds.select_related("unit").order_by("nominate_until")[:SHOWN]


def titles_of_unit(user: User, unit: Unit) -> dict[str, Any] | None:
    if not user.has_perm(VIEW, unit):
        return None
    held = Nomination.objects.filter(unit=unit, state__in=[NominationState.NAMED, NominationState.REVOKED])
    found = list(held.select_related("round").order_by("-round__named_on")[:SHOWN])
    return {"titles": found} if found else None
