"""What anyone may see without an account: released batches and their decisions. Pages and API share it."""

from datetime import date

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from ratings.models import Decision
from records import rate_limit
from reviews.models import Batch
from villages.models import matching
from villages.townships import Townships

OBJECTIONS_AN_HOUR = 5


def notices() -> QuerySet[Batch]:
    """Released batches, newest first, with ``size``, the number of current decisions."""
    return (
        Batch.objects.filter(state__in=Batch.State.PUBLISHED)
        .select_related("unit", "cycle__scheme")
        .annotate(
            size=Count(
                "entries",
                filter=Q(entries__decision__state__in=Decision.State.PUBLISHED, entries__decision__replaced_by=None),
            )
        )
        .order_by("-released_at", "-pk")
    )


def of_place(batches: QuerySet[Batch], typed: str) -> QuerySet[Batch]:
    """Those of ``batches`` whose office, or a village in them, matches ``typed`` (a name, its pinyin, a code)."""
    within = Decision.objects.filter(
        matching(typed, "unit__"), batch_entry__batch=OuterRef("pk"), state__in=Decision.State.PUBLISHED
    )
    return batches.filter(matching(typed, "unit__") | Exists(within))


def decisions_of(batch: Batch) -> QuerySet[Decision]:
    """The current decisions of a released batch, by division code; overturned ones are left out."""
    standing = Decision.objects.filter(batch_entry__batch=batch, state__in=Decision.State.PUBLISHED, replaced_by=None)
    return standing.select_related("unit").order_by("unit")


def by_township(decisions: list[Decision]) -> dict[str, list[Decision]]:
    """Grouped by the township's name, in the order given."""
    townships = Townships()
    groups: dict[str, list[Decision]] = {}
    for decision in decisions:
        groups.setdefault(townships.of(decision.unit_id), []).append(decision)
    return groups


def takes_objections(batch: Batch, today: date) -> bool:
    return batch.state == Batch.State.RELEASED and today <= batch.last_day


def may_object_again(address: str) -> bool:
    """Count an objection from ``address``; False once it has reached its limit for this hour."""
    return rate_limit.count("objections", address, OBJECTIONS_AN_HOUR)
