"""A reviewer's sheets in three groups: to score, waiting for the village, done."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Case, Count, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.utils import timezone

from accounts.models import User
from ratings.models import Application, Cycle, Window
from ratings.workflow.window import closes_for
from reviews.models import Sheet
from reviews.models.review_levels import BEFORE_ITS_BENCH, REVIEW_LEVELS

SHOWN = 60

TO_SCORE = Q(state=Sheet.State.OPEN) & BEFORE_ITS_BENCH
RETURNED = Q(state=Sheet.State.OPEN, stage="township", application__state=Application.State.RETURNED)
DONE = Q(state__in=Sheet.State.DONE)


@dataclass
class Queue:
    """At most ``SHOWN`` sheets; the counts include all. ``closes``: the first end of a review window."""

    to_score: list[Sheet] = field(default_factory=list)
    returned: list[Sheet] = field(default_factory=list)
    done: list[Sheet] = field(default_factory=list)
    done_count: int = 0
    count: int = 0
    closes: datetime | None = None

    @property
    def left(self) -> int:
        return self.count - self.done_count


def sheets_of(user: User) -> QuerySet[Sheet]:
    """All sheets of ``user`` in open cycles, and those of closed ones that are still to be scored."""
    return Sheet.objects.filter(TO_SCORE | RETURNED | Q(application__cycle__state=Cycle.State.OPEN), reviewer=user)


def with_deadline(sheets: QuerySet[Sheet]) -> QuerySet[Sheet]:
    """Annotate ``opens`` and ``closes``, the review of the sheet's unit at its level; None in a closed cycle."""
    step = Case(*(When(stage=stage, then=Value(review_level.window)) for stage, review_level in REVIEW_LEVELS.items()))
    closes = closes_for(OuterRef("window"), cycle="application__cycle", unit="application__unit")
    opens = Window.objects.filter(cycle=OuterRef("application__cycle"), step=OuterRef("window")).values("opens")
    return sheets.annotate(window=step).annotate(opens=Subquery(opens), closes=closes)


def begun(sheets: QuerySet[Sheet]) -> QuerySet[Sheet]:
    """Those, ``with_deadline``, whose review does not begin on a later day."""
    return sheets.filter(Q(opens=None) | Q(opens__lte=timezone.now()))


def queue_of(user: User) -> Queue:
    """What ``user`` has to score, in two queries."""
    mine = sheets_of(user)
    counts = mine.aggregate(count=Count("pk", filter=TO_SCORE | RETURNED | DONE), done_count=Count("pk", filter=DONE))
    queue = Queue(**counts)
    heap = Case(When(TO_SCORE, then=0), When(RETURNED, then=1), When(DONE, then=2), output_field=IntegerField())
    sheets = (
        with_deadline(mine.filter(TO_SCORE | RETURNED | DONE))
        .annotate(heap=heap)
        .select_related("application__unit")
        .only("state", "stage", "application__state", "application__unit__name")
        .order_by("heap", "application__unit")
    )
    heaps = (queue.to_score, queue.returned, queue.done)
    for sheet in sheets[:SHOWN]:
        heaps[sheet.heap].append(sheet)
    queue.closes = min((sheet.closes for sheet in queue.to_score if sheet.closes), default=None)
    return queue
