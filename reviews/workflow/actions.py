"""What a person may do next with an appeal or objection: their tables (``reviews.models.lifecycle``) for one person."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.impartial import is_of
from accounts.models import User
from records.actions import Actions
from records.lifecycle import Step
from reviews.appeals.appeal_rules import above, has_conflict
from reviews.decisions.visibility import objections_for
from reviews.models import Appeal, Objection
from reviews.models.lifecycle import APPEAL_STEPS, OBJECTION_STEPS


def _may_with_appeal(user: User, step: Step, appeal: Appeal) -> bool:
    """The level above convenes, but nobody of the unit itself; whoever it has convened answers, unless a conflict of
    interest has come up since (the new decision that upholding makes is none)."""
    level = above(appeal)
    if level.convene in step.permissions:
        return user.has_perm(level.convene, appeal) and not is_of(user, appeal.unit_id)
    return (
        appeal.hearers.filter(user=user).exists()
        and user.has_perm(level.hear, appeal)
        and (appeal.answered_by_id == user.pk or not has_conflict(appeal, user))
    )


def _may_with_objection(user: User, step: Step, objection: Objection) -> bool:
    """Whoever answers neither decided nor scored, and has no post in the unit: the one who may read it."""
    return objections_for(user).filter(pk=objection.pk).exists()


def _appeal_answered(user: Any, appeal: Appeal) -> str:
    return _("This appeal has been answered already.")


def _objection_answered(user: Any, objection: Objection) -> str:
    return _("This objection has been answered already.")


APPEAL_ACTIONS: Actions[Appeal] = Actions(APPEAL_STEPS, _may_with_appeal, _appeal_answered)
OBJECTION_ACTIONS: Actions[Objection] = Actions(OBJECTION_STEPS, _may_with_objection, _objection_answered)
