"""The life of a policy or fund: its states, and every transition between them."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.lifecycle import Group, Lifecycle, Step, moves


class SourceState(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPINION_SOUGHT = "opinion_sought", _("Opinion sought")
    FILED = "filed", _("Filed")
    EFFECTIVE = "effective", _("Effective")

    ON_FILE = Group(FILED, EFFECTIVE)
    """Filed, and so in the public register."""


State = SourceState
MANAGE = ("incentives.manage_policy", "incentives.manage_fund")
"""The right to write that kind of source (``Source.MANAGE``)."""
WRITE_OWN = "incentives.write_own"
"""The right to write the policies and funds of one's own department (``Source.written_by``)."""
WRITE = (*MANAGE, WRITE_OWN)
HAND_OVER = "incentives.give_opinion"
"""The right to give one whose department has nobody to go on with it to another department."""

STEPS = Lifecycle(
    Step(
        "revise",
        WRITE,
        at=(State.DRAFT,),
        label=_("Change the terms"),
        trail=pgettext_lazy("step", "change the terms"),
    ),
    Step(
        "seek_opinion",
        WRITE,
        moves(State.DRAFT, to=State.OPINION_SOUGHT),
        label=_("Seek the opinion"),
        trail=pgettext_lazy("step", "seek an opinion"),
    ),
    Step(  # for or against
        "give_opinion",
        ["incentives.give_opinion"],
        moves(State.OPINION_SOUGHT, to=State.DRAFT) + moves(State.OPINION_SOUGHT, to=State.FILED),
        label=_("Give the opinion"),
        trail=pgettext_lazy("step", "give an opinion"),
    ),
    Step(
        "take_back",
        WRITE,
        moves(State.FILED, to=State.DRAFT),
        label=_("Take back for changes"),
        trail=pgettext_lazy("step", "take back for changes"),
    ),
    Step(
        "make_effective",
        WRITE,
        moves(State.FILED, to=State.EFFECTIVE),
        label=_("Put into effect"),
        trail=pgettext_lazy("step", "put into effect"),
    ),
    Step(
        "hand_over",
        [HAND_OVER],
        at=(State.DRAFT, State.OPINION_SOUGHT, State.FILED),
        label=_("Hand over to another department"),
        trail=pgettext_lazy("step", "hand over to another department"),
    ),
    Step(
        "grant",
        MANAGE,
        at=(State.EFFECTIVE,),
        label=_("Commit the amounts"),
        trail=pgettext_lazy("step", "commit the amounts"),
    ),
    Step(
        "disburse",
        ["incentives.disburse"],
        at=(State.EFFECTIVE,),
        label=_("Disburse"),
        trail=pgettext_lazy("step", "disburse"),
    ),
)
