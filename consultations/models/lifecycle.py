"""The life of a consultation: its states, and every transition between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class ConsultationState(models.TextChoices):
    CONSULTING = "consulting", pgettext_lazy("draft scheme", "Open for comments")
    CONSULTED = "consulted", pgettext_lazy("draft scheme", "Comments answered")
    REVIEWING = "reviewing", pgettext_lazy("draft scheme", "Under joint review")
    REVIEWED = "reviewed", pgettext_lazy("draft scheme", "Reviewed")
    ISSUED = "issued", pgettext_lazy("draft scheme", "Issued")
    WITHDRAWN = "withdrawn", pgettext_lazy("draft scheme", "Taken back")

    OPEN = Group(CONSULTING, CONSULTED, REVIEWING, REVIEWED)
    """The scheme is still a draft, and somebody has to do something."""
    SHARED = Group(REVIEWING, REVIEWED)
    """The offices of the city's other counties read the draft."""


class Phase(models.TextChoices):
    """Of whom a word is expected: those who are rated or rate, then the city's counties."""

    COMMENTS = "comments", _("Comments")
    REVIEW = "review", _("Joint review")


State = ConsultationState
WRITE = "ratings.manage_scheme"
COMMENT, REVIEW, LEAD = (f"consultations.{verb}" for verb in ("comment_draft", "review_draft", "lead_review"))

STEPS = Lifecycle(
    Step("begin_consultation", [WRITE], trail=pgettext_lazy("step", "begin the consultation on a draft scheme")),
    Step("comment_draft", [COMMENT], at=(State.CONSULTING,), trail=pgettext_lazy("step", "comment on a draft scheme")),
    Step(
        "acknowledge_draft",
        [COMMENT, REVIEW],
        at=(State.CONSULTING, State.REVIEWING),
        trail=pgettext_lazy("step", "read a draft scheme and add nothing"),
    ),
    Step(
        "answer_comment",
        [WRITE],
        at=(State.CONSULTING,),
        trail=pgettext_lazy("step", "answer a comment on a draft scheme"),
    ),
    Step(
        "close_consultation",
        [WRITE],
        moves(State.CONSULTING, to=State.CONSULTED),
        label=_("Close the consultation"),
        trail=pgettext_lazy("step", "close the consultation on a draft scheme"),
    ),
    Step(
        "send_to_review",
        [WRITE],
        moves(State.CONSULTED, State.REVIEWED, to=State.REVIEWING),
        label=_("Send to the joint review"),
        trail=pgettext_lazy("step", "send a draft scheme to the joint review"),
    ),
    Step(
        "propose_change",
        [REVIEW],
        at=(State.REVIEWING,),
        trail=pgettext_lazy("step", "propose a change of a draft scheme"),
    ),
    Step(
        "settle_change",
        [WRITE],
        at=(State.REVIEWING,),
        trail=pgettext_lazy("step", "accept or decline a proposed change of a draft scheme"),
    ),
    Step(
        "conclude_review",
        [LEAD],
        moves(State.REVIEWING, to=State.REVIEWED),
        label=_("Conclude the joint review"),
        trail=pgettext_lazy("step", "conclude the joint review of a draft scheme"),
    ),
    Step(
        "return_draft",
        [LEAD],
        moves(State.REVIEWING, to=State.CONSULTED),
        label=_("Give it back to the county"),
        trail=pgettext_lazy("step", "give a draft scheme back to its county"),
    ),
    Step(
        "issue_agreed_scheme",
        moves=moves(State.CONSULTED, State.REVIEWED, to=State.ISSUED),
        trail=pgettext_lazy("step", "record how a scheme was agreed on"),
    ),
    Step(
        "withdraw_draft",
        [WRITE],
        moves(*State.OPEN, to=State.WITHDRAWN),
        label=_("Take the draft back"),
        trail=pgettext_lazy("step", "take a draft scheme back"),
    ),
    Step("attach_scheme_paper", [WRITE], trail=pgettext_lazy("step", "attach a paper by which a scheme is issued")),
    Step("detach_scheme_paper", [WRITE], trail=pgettext_lazy("step", "remove a paper by which a scheme is issued")),
    Step("set_joint_review", [LEAD], trail=pgettext_lazy("step", "turn the joint review on or off")),
)
