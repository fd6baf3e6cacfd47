"""The life of a decision: its states, and what the steps of its application make of it."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.lifecycle import STEPS
from records.lifecycle import Group, Lifecycle, Move, Step, moves


class DecisionState(models.TextChoices):
    DECIDED = "decided", _("Decided")
    RELEASED = "released", _("Released")
    CONFIRMED = "confirmed", _("Confirmed")
    OVERTURNED = "overturned", _("Overturned")
    REVERSED = "reversed", _("Closing taken back")

    PUBLISHED = Group(RELEASED, CONFIRMED)
    """Anyone may see it."""
    PENDING = Group(DECIDED, RELEASED)
    """Not in force yet: at most one an application."""
    NEVER_IN_FORCE = Group(DECIDED, OVERTURNED)
    WITH_DAYS = Group(CONFIRMED, REVERSED)
    """It has a day from which it was in force, and a cut-off."""


State = DecisionState


def _of_application(verb: str, *made: Move) -> Step:
    """The step ``verb`` of the application: one act, under one right, by one name."""
    act = STEPS[verb]
    return Step(verb, act.permissions, made, trail=act.trail)


DECISION_STEPS = Lifecycle(
    _of_application("release", *moves(State.DECIDED, to=State.RELEASED)),
    _of_application("reconsider", *moves(*State.PENDING, to=State.OVERTURNED)),
    _of_application("confirm", *moves(State.RELEASED, to=State.CONFIRMED)),
    _of_application("uphold", *moves(State.RELEASED, to=State.OVERTURNED)),
    # A confirmed one was in force until the new one replaced it, and stays so.
    _of_application("uphold_appeal", *moves(State.RELEASED, to=State.OVERTURNED)),
    Step(  # of the closing's own decisions alone
        "reverse_closing",
        ["ratings.manage_cycle"],
        moves(State.CONFIRMED, to=State.REVERSED),
        trail=pgettext_lazy("step", "take the closing back"),
    ),
)
