"""The life of a follow-up: its states, and every transition between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class FollowUpState(models.TextChoices):
    OPEN = "open", pgettext_lazy("follow-up", "To be done")
    REPORTED = "reported", pgettext_lazy("follow-up", "To be checked")
    DONE = "done", pgettext_lazy("follow-up", "Done")
    CANCELLED = "cancelled", pgettext_lazy("follow-up", "No longer needed")

    WAITING = Group(OPEN, REPORTED)
    """Somebody still has to do something."""
    CLOSED = Group(DONE, CANCELLED)


State = FollowUpState
ANSWER, SUPERVISE = "followups.answer_followup", "followups.supervise_followup"

STEPS = Lifecycle(
    Step("open_followup", trail=pgettext_lazy("step", "open a follow-up")),
    Step("postpone_followup", trail=pgettext_lazy("step", "give a follow-up another day")),
    Step(
        "progress_followup",
        [ANSWER],
        at=(State.OPEN,),
        label=_("Report progress"),
        trail=pgettext_lazy("step", "report progress of a follow-up"),
    ),
    Step(
        "report_followup",
        [ANSWER],
        moves(State.OPEN, to=State.REPORTED) + moves(State.OPEN, to=State.DONE),
        label=_("Report it done"),
        trail=pgettext_lazy("step", "report a follow-up done"),
    ),
    Step(
        "accept_followup",
        [ANSWER],
        moves(State.REPORTED, to=State.DONE),
        label=pgettext_lazy("what was done", "Accept"),
        trail=pgettext_lazy("step", "accept what was done"),
    ),
    Step(
        "send_back_followup",
        [ANSWER],
        moves(State.REPORTED, to=State.OPEN),
        label=_("Send back"),
        trail=pgettext_lazy("step", "send a follow-up back"),
    ),
    Step(
        "hand_on_followup",
        [ANSWER, SUPERVISE],
        at=(State.OPEN,),
        label=_("Hand on"),
        trail=pgettext_lazy("step", "hand a follow-up on"),
    ),
    Step(  # also by schedule
        "escalate_followup",
        [SUPERVISE],
        at=(State.OPEN,),
        trail=pgettext_lazy("step", "escalate a follow-up"),
    ),
    Step(
        "cancel_followup",
        [SUPERVISE],
        moves(*State.WAITING, to=State.CANCELLED),
        label=_("No longer needed"),
        trail=pgettext_lazy("step", "cancel a follow-up"),
    ),
    Step(  # what it waited for was done where it is done
        "finish_followup",
        [],
        moves(*State.WAITING, to=State.DONE),
        trail=pgettext_lazy("step", "close a follow-up"),
    ),
)
