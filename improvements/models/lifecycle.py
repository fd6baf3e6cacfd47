"""The life of an improvement plan: its states, and every transition between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class PlanState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("plan", "To be drawn up")
    PROPOSED = "proposed", pgettext_lazy("plan", "To be agreed")
    ACTIVE = "active", pgettext_lazy("plan", "Under way")
    REPORTED = "reported", pgettext_lazy("plan", "To be checked")
    PASSED = "passed", pgettext_lazy("plan", "Passed")
    CANCELLED = "cancelled", pgettext_lazy("plan", "No longer needed")

    BEING_WRITTEN = Group(DRAFT, PROPOSED)
    """Not agreed yet: nobody is bound by it."""
    AGREED = Group(ACTIVE, REPORTED, PASSED)
    OPEN = Group(DRAFT, PROPOSED, ACTIVE, REPORTED)
    """Somebody still has to do something."""
    CLOSED = Group(PASSED, CANCELLED)


class Party(models.TextChoices):
    """The three who agree to a plan."""

    VILLAGE = "village", _("Village")
    HELPER = "helper", _("Helper unit")
    TOWNSHIP = "township", _("Township")


State = PlanState
VIEW, DRAW_UP, CARRY_OUT = "improvements.view_plan", "improvements.draw_up_plan", "improvements.carry_out_plan"
HELP, SUPERVISE = "improvements.help_plan", "improvements.supervise_plan"
AGREE = {
    Party.VILLAGE: "improvements.agree_plan_village",
    Party.HELPER: HELP,
    Party.TOWNSHIP: "improvements.agree_plan_township",
}
"""The right to agree for each party."""
REPORT = {Party.VILLAGE: CARRY_OUT, Party.HELPER: HELP}
"""The right to report progress."""

STEPS = Lifecycle(
    Step("begin_plan", trail=pgettext_lazy("step", "begin an improvement plan")),
    Step(
        "draw_up_plan",
        [DRAW_UP],
        at=(State.DRAFT,),
        label=_("Draw up the plan"),
        url_name="plan_edit",
        trail=pgettext_lazy("step", "draw up an improvement plan"),
    ),
    Step(
        "propose_plan",
        [DRAW_UP],
        moves(State.DRAFT, to=State.PROPOSED),
        label=_("Send for agreement"),
        trail=pgettext_lazy("step", "send an improvement plan for agreement"),
    ),
    Step(
        "agree_plan",
        AGREE.values(),
        moves(State.PROPOSED, to=State.ACTIVE),
        label=_("Agree to the plan"),
        trail=pgettext_lazy("step", "agree to an improvement plan"),
    ),
    Step(
        "decline_plan",
        AGREE.values(),
        moves(State.PROPOSED, to=State.DRAFT),
        label=_("Ask for changes"),
        trail=pgettext_lazy("step", "ask for changes of an improvement plan"),
    ),
    Step(
        "progress_plan",
        REPORT.values(),
        at=(State.ACTIVE,),
        label=_("Report progress"),
        trail=pgettext_lazy("step", "report progress of an improvement plan"),
    ),
    Step(
        "report_plan",
        [CARRY_OUT],
        moves(State.ACTIVE, to=State.REPORTED),
        label=_("Report the plan done"),
        trail=pgettext_lazy("step", "report an improvement plan done"),
    ),
    Step(
        "pass_plan",
        [SUPERVISE],
        moves(State.REPORTED, to=State.PASSED),
        label=_("Passed"),
        trail=pgettext_lazy("step", "pass an improvement plan"),
    ),
    Step(
        "send_back_plan",
        [SUPERVISE],
        moves(State.REPORTED, to=State.ACTIVE),
        label=_("Send back"),
        trail=pgettext_lazy("step", "send an improvement plan back"),
    ),
    Step(  # also when what it was for is gone before it was agreed
        "cancel_plan",
        [SUPERVISE],
        moves(*State.OPEN, to=State.CANCELLED),
        label=_("No longer needed"),
        trail=pgettext_lazy("step", "cancel an improvement plan"),
    ),
)
