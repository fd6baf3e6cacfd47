"""Conditions for the steps of reviews with an application that a permission cannot express (``actions``)."""

from typing import Any

from ratings.models import Application
from ratings.models.lifecycle import STEPS
from ratings.workflow.actions import Guard
from reviews.conflicts_of_interest import deciding_conflicts
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel


def _has_open_sheet(review_level: ReviewLevel) -> Guard:
    def allowed(user: Any, application: Application) -> bool:
        return Sheet.objects.filter(
            application=application, stage=review_level.stage, reviewer=user, state=Sheet.State.OPEN
        ).exists()

    return allowed


def _has_no_conflict(review_level: ReviewLevel) -> Guard:
    def allowed(user: Any, application: Application) -> bool:
        return not deciding_conflicts([application.pk], user.pk, review_level.stage)

    return allowed


def _guards() -> dict[str, Guard]:
    """To score, one needs an open sheet; to decide, one must have no conflict of interest."""
    guards: dict[str, Guard] = {}
    for review_level in REVIEW_LEVELS.values():
        by_right = {
            review_level.permission("score"): _has_open_sheet(review_level),
            review_level.permission("decide"): _has_no_conflict(review_level),
        }
        guards |= {step.verb: by_right[step.permission] for step in STEPS.offered if step.permission in by_right}
    return guards


GUARDS = _guards()
