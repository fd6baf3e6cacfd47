"""The steps of an application that this app knows (``actions``): who may take them, from where, on which page."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ratings.actions import Action, register
from ratings.models import Application

State = Application.State
VILLAGE_HANDS = frozenset(State.WITH_VILLAGE)


def _late(user: Any, application: Application) -> bool:
    """Whether the village has let the deadline of a return pass."""
    return not application.returns.filter(answered_at=None, due__gt=timezone.now()).exists()


def register_steps() -> None:
    register(
        Action("fill", _("Fill in"), "ratings.fill", VILLAGE_HANDS, "application_form"),
        Action(
            "fill_on_behalf",
            _("Fill in on the village's behalf"),
            "ratings.fill_on_behalf",
            VILLAGE_HANDS,
            "application_form",
        ),
        Action(
            "submit",
            _("Sign and submit"),
            "ratings.sign",
            frozenset({State.DRAFT}),
            "application_submit",
        ),
        Action(
            "resubmit",
            _("Sign and hand back the corrections"),
            "ratings.sign",
            frozenset({State.RETURNED}),
            "application_resubmit",
        ),
        Action("accept", _("Accept"), "ratings.accept", frozenset({State.SUBMITTED}), "application_accept"),
        Action(
            "return",
            _("Return for correction"),
            "ratings.accept",
            frozenset({State.TOWNSHIP_REVIEW}),
            "application_return",
        ),
        Action(
            "resume",
            _("Go on without the corrections"),
            "ratings.accept",
            frozenset({State.RETURNED}),
            "application_resume",
            _late,
        ),
        Action(
            "withdraw",
            _("Withdraw"),
            "ratings.sign",
            # Decided, too: until the release the village learns of nothing, not even by a button that has gone.
            frozenset({State.SUBMITTED, State.RETURNED, State.TOWNSHIP_REVIEW, State.COUNTY_REVIEW, State.DECIDED}),
            "application_withdraw",
        ),
        # Of many at once, from the list; so no page of one application offers it.
        Action("undo_submission", _("Give back to the village"), "ratings.accept", frozenset({State.SUBMITTED}), ""),
    )
