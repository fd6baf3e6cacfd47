"""Scheduled confirmation: decisions without an open objection are confirmed on the working day after their
public notice."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone

from accounts.role_holders import holders
from accounts.roles import RATED_POSTS
from accounts.working_days import next_working_day
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.models import Decision
from ratings.workflow import decision as decisions
from records import audit
from records.known import known
from records.locks import Lock, try_hold
from reviews.models import Appeal, Batch, Objection
from reviews.models.lifecycle import BATCH_STEPS


@transaction.atomic
def confirm_due(at: datetime | None = None) -> int | None:
    """Confirm every released decision that is due; return how many were, None if another run is at it. Idempotent,
    however late it runs.

    The star begins on the batch's ``confirms_on`` however late this runs; where an objection or appeal was answered
    after the notice, on the first working day after the answer, if that is later.
    """
    if not try_hold(Lock.CONFIRMATION):
        return None
    at = at or timezone.now()
    days = {pk: day for pk, day in _days(timezone.localdate(at)).items() if day <= timezone.localdate(at)}
    decisions.confirm(days, at=at)
    _tell(days)
    _close_batches()
    return len(days)


def _days(today: date) -> dict[int, date]:
    """The effective date of each decision whose notice is over and that nothing open holds up."""
    due = Decision.objects.select_for_update(of=("self",)).filter(
        state=Decision.State.RELEASED,
        batch_entry__batch__state=Batch.State.RELEASED,
        batch_entry__batch__confirms_on__lte=today,
    )
    days = {pk: known(day) for pk, day in due.values_list("pk", "batch_entry__batch__confirms_on")}
    # Checked under the lock, which an objection or appeal at the last second takes too.
    for held_up in Objection.objects.filter(state__in=Objection.State.UNANSWERED, decision__in=days).values_list(
        "decision"
    ):
        days.pop(held_up[0], None)
    for held_up in Appeal.objects.filter(state__in=Appeal.State.UNANSWERED, decision__in=days).values_list("decision"):
        days.pop(held_up[0], None)
    answered = list(Objection.objects.filter(decision__in=days).values_list("decision").annotate(Max("answered_at")))
    answered += Appeal.objects.filter(decision__in=days).values_list("decision", "answered_at")
    for pk, last in answered:
        days[pk] = max(days[pk], next_working_day(timezone.localdate(last)))
    return days


def _tell(days: dict[int, date]) -> None:
    confirmed = list(Decision.objects.filter(pk__in=days).select_related("unit"))
    people = holders(RATED_POSTS, {decision.unit_id for decision in confirmed})
    announce_all(
        Notice(
            user_id=user,
            kind="star_confirmed",
            params={"unit": decision.unit.name, "star": decision.star, "on": known(decision.on).isoformat()},
            link=reverse("result", args=[decision.application_id]),
            unit_code=decision.unit_id,
        )
        for decision in confirmed
        for user in people.get(decision.unit_id, ())
    )


def _close_batches() -> None:
    """A batch is confirmed when none of its decisions is waiting any more."""
    open_batches = Batch.objects.filter(entries__decision__state=Decision.State.RELEASED)
    with audit.acting(None, "confirm"):
        over = BATCH_STEPS["confirm"]
        Batch.objects.filter(state__in=over.states).exclude(pk__in=open_batches).update(state=over.to)
