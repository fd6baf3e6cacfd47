"""What the page of one event asks of the database (``accounts.prepared``)."""

from typing import Any

from django.db.models import CharField, QuerySet, Value
from django.db.models.functions import Cast

from accounts.models import User
from accounts.prepared import asked, asked_or_404
from followups.models import FollowUp
from ratings.events.proposals import with_authority
from ratings.events.rectification import FOLLOW_UP as RECTIFICATION
from ratings.models import Event, EventFile, EventPerson, Proposal


def opened(user: User, pk: int) -> Event:
    """The event as ``user`` may see it, or 404."""
    return asked_or_404(_event, user, pk)


def with_people(events: QuerySet[Event]) -> QuerySet[Event]:
    """Each with all that its page names."""
    return events.select_related("unit", "recorded_by", "closed_by", "reversal", "accountable")


def proposals_of(user: User, event: Event) -> list[Any]:
    return asked(_proposals, user, event.pk)


def files_of(user: User, event: Event) -> list[EventFile]:
    return asked(_files, user, event.pk)


def person_of(user: User, event: Event) -> EventPerson | None:
    """Whom it concerns."""
    return next(iter(asked(_person, user, event.pk)), None)


def rectification_of(user: User, event: Event) -> FollowUp | None:
    """The latest order to rectify it, as far as ``user`` may know of it."""
    return next(iter(asked(_rectification, user, event.pk)), None)


def _event(user: User, pk: int) -> QuerySet[Event]:
    return with_people(Event.objects.seen_by(user).filter(pk=pk))


def _proposals(_user: User, pk: int) -> QuerySet[Any]:
    return with_authority(Proposal.objects.filter(event=pk)).select_related("settled_by")


def _files(user: User, pk: int) -> QuerySet[EventFile]:
    return EventFile.objects.seen_by(user).filter(event=pk).select_related("file")


def _person(_user: User, pk: int) -> QuerySet[EventPerson]:
    return EventPerson.objects.filter(event=pk)


def _rectification(user: User, pk: int) -> QuerySet[FollowUp]:
    found = FollowUp.objects.seen_by(user).filter(kind=RECTIFICATION, subject=Cast(Value(pk), CharField()))
    return found.reverse()[:1]
