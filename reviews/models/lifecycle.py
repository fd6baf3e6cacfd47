"""The lives of what reviews are made of: score sheets, batches, objections and appeals.

Of each its states, and every transition between them: the single table for the transitions that the database allows,
what a person may do next (``reviews.workflow.actions``), what a deputy may do, and the names in the audit trail.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.lifecycle import STEPS
from records.lifecycle import Group, Lifecycle, Step, moves


def either(verb: str) -> tuple[str, ...]:
    """The right of the township and that of the county."""
    return f"reviews.{verb}_township", f"reviews.{verb}_county"


class SheetState(models.TextChoices):
    OPEN = "open", _("Being scored")
    HANDED_IN = "handed_in", _("Handed in")
    RECUSED = "recused", _("Recused")
    ABSTAINED = "abstained", _("Abstained")
    REPLACED = "replaced", _("Replaced by another reviewer")

    HELD = Group(OPEN, HANDED_IN)
    """Its reviewer has a part in the panel."""
    STEPPED_BACK = Group(RECUSED, ABSTAINED)
    """Its reviewer has nothing to do with the application."""
    DONE = Group(HANDED_IN, RECUSED, ABSTAINED)
    """Its reviewer has nothing left to do."""


SHEET_STEPS = Lifecycle(
    Step("score", either("score"), at=(SheetState.OPEN,), trail=pgettext_lazy("step", "score")),
    Step(
        "hand_in",
        either("score"),
        moves(SheetState.OPEN, to=SheetState.HANDED_IN),
        trail=pgettext_lazy("step", "hand a sheet in"),
    ),
    Step(
        "recuse",
        either("score"),
        moves(*SheetState.HELD, to=SheetState.RECUSED),
        at=(SheetState.OPEN,),
        trail=pgettext_lazy("step", "step back"),
    ),
    Step(
        "abstain",
        either("score"),
        moves(*SheetState.HELD, to=SheetState.ABSTAINED),
        at=(SheetState.OPEN,),
        trail=pgettext_lazy("step", "abstain"),
    ),
    # Within another act (a panel is convened, an application comes back), by whose name the trail shows them.
    Step("replace_sheet", [], moves(*SheetState.HELD, to=SheetState.REPLACED)),
    Step("reopen_sheet", [], moves(SheetState.HANDED_IN, SheetState.REPLACED, to=SheetState.OPEN)),
)


class BatchState(models.TextChoices):
    DRAFT = "draft", _("Being prepared")
    RELEASED = "released", _("Public notice")
    CONFIRMED = "confirmed", _("Confirmed")

    PUBLISHED = Group(RELEASED, CONFIRMED)
    """Anyone may see it."""


BATCH_STEPS = Lifecycle(
    Step("prepare_batch", either("release"), trail=pgettext_lazy("step", "prepare a batch")),
    Step(
        "revise_batch",
        either("release"),
        at=(BatchState.DRAFT,),
        trail=pgettext_lazy("step", "revise a batch"),
    ),
    Step(
        "release",
        either("release"),
        moves(BatchState.DRAFT, to=BatchState.RELEASED),
        trail=STEPS["release"].trail,
    ),
    Step("confirm", [], moves(BatchState.RELEASED, to=BatchState.CONFIRMED), trail=STEPS["confirm"].trail),
)


class ObjectionState(models.TextChoices):
    OPEN = "open", _("Being looked into")
    DISMISSED = "dismissed", _("Not upheld")
    UPHELD = "upheld", _("Upheld")

    UNANSWERED = Group(OPEN)
    """Its decision cannot be confirmed."""


OBJECTION_STEPS = Lifecycle(
    Step("object", trail=pgettext_lazy("step", "object")),
    Step(
        "objection_dismissed",
        either("answer_objection"),
        moves(ObjectionState.OPEN, to=ObjectionState.DISMISSED),
        label=_("Not upheld"),
        names=("dismiss",),
        told=_("An objection was looked into and not upheld"),
        trail=pgettext_lazy("step", "answer an objection: not upheld"),
    ),
    Step(
        "objection_upheld",
        either("answer_objection"),
        moves(ObjectionState.OPEN, to=ObjectionState.UPHELD),
        label=_("Upheld: back to be decided"),
        names=("uphold",),
        told=_("An objection was upheld: decided anew"),
        trail=pgettext_lazy("step", "answer an objection: upheld"),
    ),
)


class AppealState(models.TextChoices):
    OPEN = "open", _("Being heard")
    DISMISSED = "dismissed", _("Dismissed")
    UPHELD = "upheld", _("Upheld")
    LAPSED = "lapsed", _("No longer needed")

    UNANSWERED = Group(OPEN)
    """Its decision cannot be confirmed, and few may know of it (``reviews.appeals.open_disputes``)."""
    COUNTED = Group(OPEN, DISMISSED, UPHELD)
    """At most one for each result."""


APPEAL = "reviews.appeal"
CONVENE = ("reviews.convene_appeal_county", "reviews.convene_appeal_city")
HEAR = ("reviews.hear_appeal_county", "reviews.hear_appeal_city")

APPEAL_STEPS = Lifecycle(
    Step("appeal", [APPEAL], names=("create",), trail=pgettext_lazy("step", "appeal")),
    Step(
        "convene_appeal",
        CONVENE,
        at=(AppealState.OPEN,),
        label=_("Convene"),
        names=("convene",),
        trail=pgettext_lazy("step", "choose who hears an appeal"),
    ),
    Step(  # with the post of a hearer
        "pass_hearing",
        at=(AppealState.OPEN,),
        trail=pgettext_lazy("step", "pass a hearing on"),
    ),
    Step(
        "appeal_dismissed",
        HEAR,
        moves(AppealState.OPEN, to=AppealState.DISMISSED),
        label=_("Dismiss: the result stands"),
        names=("dismiss",),
        told=_("The appeal was dismissed: the result stands"),
        trail=pgettext_lazy("step", "decide an appeal: dismissed"),
    ),
    Step(
        "appeal_upheld",
        HEAR,
        moves(AppealState.OPEN, to=AppealState.UPHELD),
        label=_("Uphold: it takes effect today"),
        names=("uphold", "reverse"),  # by a new star, or by reversing what was appealed
        trail=pgettext_lazy("step", "decide an appeal: upheld"),
    ),
    Step("correct_points", HEAR, at=(AppealState.OPEN,), trail=pgettext_lazy("step", "correct points")),
    Step(  # what it was about is gone
        "lapse_appeal",
        [],
        moves(AppealState.OPEN, to=AppealState.LAPSED),
        trail=pgettext_lazy("step", "end an appeal that has nothing to hear"),
    ),
)
