"""Until when the leading-group office gives its opinion: a follow-up (practice §1). Silence is late, never consent."""

from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from followups.models import FollowUp
from incentives.models import Source

FOLLOW_UP = "opinion"
"""The kind of follow-up that a sought opinion is."""
DAYS = 10
"""Working days in which the opinion is to be given."""


def subject_of(source: Source) -> str:
    """What the follow-up is about."""
    return f"{source.PAGE}:{source.pk}"


def opinion_due(source: Source) -> FollowUp | None:
    """The follow-up that waits for the opinion."""
    return FollowUp.objects.about(FOLLOW_UP, [subject_of(source)]).waiting().first()


def opinions_due(kind: type[Source]) -> QuerySet[Any]:
    """Inside a query for sources of ``kind``: the follow-up that waits for the opinion on each."""
    subject = Concat(Value(f"{kind.PAGE}:"), Cast(OuterRef("pk"), CharField()))
    return FollowUp.objects.waiting().filter(kind=FOLLOW_UP, subject=subject)
