"""Until when the leading-group office gives its opinion: a follow-up (practice §1). Silence is late, never consent."""

from collections.abc import Iterable
from typing import Any

from django.db.models import CharField, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Concat

from followups.models import FollowUp
from incentives.models import ProjectFund, RewardPolicy, Source

FOLLOW_UP = "opinion"
"""The kind of follow-up that a sought opinion is."""


def subject_of(source: Source) -> str:
    """What the follow-up is about."""
    return f"{source.PAGE}:{source.pk}"


def subject_names(subjects: Iterable[Any]) -> dict[str, str]:
    """The names of the policies and funds that follow-ups are about, by subject."""
    found = {}
    for kind in (RewardPolicy, ProjectFund):
        begin = f"{kind.PAGE}:"
        keys = [one.removeprefix(begin) for one in subjects if str(one).startswith(begin)]
        found |= {f"{begin}{pk}": name for pk, name in kind.objects.filter(pk__in=keys).values_list("pk", "name")}
    return found


def opinion_due(source: Source) -> FollowUp | None:
    """The follow-up that waits for the opinion."""
    return FollowUp.objects.about(FOLLOW_UP, [subject_of(source)]).waiting().first()


def opinions_due(kind: type[Source]) -> QuerySet[Any]:
    """Inside a query for sources of ``kind``: the follow-up that waits for the opinion on each."""
    subject = Concat(Value(f"{kind.PAGE}:"), Cast(OuterRef("pk"), CharField()))
    return FollowUp.objects.waiting().filter(kind=FOLLOW_UP, subject=subject)
