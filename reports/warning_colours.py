"""The colours of kept warnings (红黄绿): yellow while there is time, red when late, green when closed in time."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from followups.models import FollowUp, FollowUpState


class Colour(models.TextChoices):
    RED = "red", _("Red")
    YELLOW = "yellow", _("Yellow")
    GREEN = "green", _("Green")
    GREY = "grey", _("Closed late or cancelled")


CHIPS = {Colour.RED: "red-alert", Colour.YELLOW: "yellow-alert", Colour.GREEN: "good", Colour.GREY: ""}


def of_colour(colour: str, now: datetime) -> Q:
    """Which follow-ups have ``colour``; reported late is red until it is accepted."""
    waiting, in_time = Q(state__in=FollowUpState.WAITING), Q(state=FollowUpState.DONE, closed_at__lt=F("due_at"))
    return {
        Colour.RED: waiting & Q(due_at__lte=now),
        Colour.YELLOW: waiting & Q(due_at__gt=now),
        Colour.GREEN: in_time,
        Colour.GREY: Q(state__in=FollowUpState.CLOSED) & ~in_time,
    }[Colour(colour)]


def colour_of(warning: FollowUp, now: datetime) -> Colour:
    """The colour of one, as ``of_colour``."""
    if warning.state in FollowUpState.WAITING:
        return Colour.RED if warning.due_at <= now else Colour.YELLOW
    return Colour.GREEN if warning.state == FollowUpState.DONE and warning.in_time else Colour.GREY
