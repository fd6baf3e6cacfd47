"""The signals that reviews receive from ratings, in the transaction of the change."""

from typing import Any

from django.db.models import Q, QuerySet
from django.dispatch import receiver

from accounts.models import Appointment
from accounts.signals import posts_handed_over
from ratings.models import Application, Cycle, Decision
from ratings.signals import applications_moved, applications_reasked, means_settled
from reviews.models import Appeal, Batch, BatchEntry
from reviews.models.review_levels import REVIEW_LEVELS, review_level_of
from reviews.workflow import appeals
from reviews.workflow.handover import pass_hearings, pass_seats
from reviews.workflow.panel_points import follow_means
from reviews.workflow.panels import applications_entered
from villages.models import ReorganizationOrder
from villages.signals import units_passed


@receiver(posts_handed_over)
def pass_on_reviews(before: Appointment, after: Appointment, **_: Any) -> None:
    pass_seats(before, after)
    pass_hearings(before, after)


@receiver(applications_moved)
def open_sheets(applications: list[int], verb: str, to: str, **_: Any) -> None:
    review_level = review_level_of(to)
    if review_level is not None:
        applications_entered(applications, verb, review_level)


@receiver(means_settled)
def give_points_again(cycle: Cycle, **_: Any) -> None:
    follow_means(cycle)


@receiver(applications_reasked)
def score_again(applications: list[int], **_: Any) -> None:
    """What was handed in by another version of the scheme is looked at again; what fits stays on the sheets."""
    for review_level in REVIEW_LEVELS.values():
        there = Application.objects.filter(pk__in=applications, state=review_level.state)
        applications_entered(list(there.values_list("pk", flat=True)), "scheme_amended", review_level)


@receiver(applications_moved)
def leave_batches(applications: list[int], verb: str, **_: Any) -> None:
    """A decision that is overturned before its release leaves its batch."""
    if verb == "reconsider":
        _leave_drafts(Decision.objects.filter(application__in=applications))


@receiver(units_passed)
def empty_batches(order: ReorganizationOrder, **_: Any) -> None:
    """Unreleased decisions of a unit that no longer exists leave their batch; its appeals lapse.

    A unit that continues keeps its appeals, but not against overturned decisions.
    """
    decided = Decision.objects.filter(unit__passed__order=order)
    fallen = decided.filter(state=Decision.State.OVERTURNED)
    concerned = Appeal.objects.filter(unit__in=order.successions.values("before"))
    appeals.lapse(concerned.filter(Q(unit__ended__isnull=False) | Q(decision__in=fallen)))
    _leave_drafts(decided)


def _leave_drafts(decided: QuerySet[Decision]) -> None:
    """Those of ``decided`` that were overturned are released with no batch."""
    fallen = decided.filter(state=Decision.State.OVERTURNED)
    BatchEntry.objects.filter(decision__in=fallen, batch__state=Batch.State.DRAFT).delete()
