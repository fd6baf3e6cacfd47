"""Conditions for the steps of reviews with an application that a permission cannot express (``actions``)."""

from typing import Any

from ratings.models import Application
from ratings.models.lifecycle import STEPS
from ratings.workflow.actions import Guard
from records.lifecycle import Step
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
    by_right: dict[str, Guard] = {}
    for review_level in REVIEW_LEVELS.values():
        by_right[review_level.permission("score")] = _has_open_sheet(review_level)
        by_right[review_level.permission("decide")] = _has_no_conflict(review_level)
    steps = [step for step in STEPS.offered if {*step.permissions} <= by_right.keys()]
    return {step.verb: _at_its_level(step, by_right) for step in steps}


def _at_its_level(step: Step, by_right: dict[str, Guard]) -> Guard:
    def allowed(user: Any, application: Application) -> bool:
        return by_right[step.at_level(application.first_stage).permission](user, application)

    return allowed


GUARDS = _guards()
