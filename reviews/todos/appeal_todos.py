"""To-dos about appeals: for the level above to convene, for hearers to decide, for signers as an option."""

from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.todo_list import Todo, of_several
from reviews.appeals.appeal_rules import HEARD_BY, answer_dues, appealable
from reviews.appeals.appealable import Appealable, subjects
from reviews.models import Appeal, Hearer
from reviews.models.lifecycle import APPEAL
from reviews.todos.usual_times import APPEAL as HEARD
from villages.models import below_any


def entries(user: User) -> list[Todo]:
    return [*_to_convene(user), *_to_decide(user), *_may_appeal(user)]


def _to_convene(user: User) -> list[Todo]:
    mine = Q(pk__in=[])
    for level, heard in HEARD_BY.items():
        if codes := user.reach(level.convene):
            mine |= below_any(codes, "unit_id") & heard
    if mine == Q(pk__in=[]):
        return []
    waiting = _due_first(Appeal.objects.filter(mine, state__in=Appeal.State.UNANSWERED, hearers=None))
    n = len(waiting)
    words = ngettext("%(count)s appeal needs people to hear it", "%(count)s appeals need people to hear them", n)
    return [_appeals(words, waiting, urgent=True)] if n else []


def _to_decide(user: User) -> list[Todo]:
    if not any(user.reach(level.hear) for level in HEARD_BY):
        return []
    heard = Hearer.objects.filter(user=user).values("appeal")
    waiting = _due_first(Appeal.objects.filter(pk__in=heard, state__in=Appeal.State.UNANSWERED))
    words = ngettext("%(count)s appeal to decide", "%(count)s appeals to decide", len(waiting))
    return [_appeals(words, waiting)] if waiting else []


def _due_first(appeals: QuerySet[Appeal]) -> list[tuple[datetime, Appeal]]:
    """The appeals with the day until which each is to be answered, the earliest first."""
    until = answer_dues()
    waiting = [(until(one), one) for one in appeals.select_related("decision", "unit").order_by("made_at", "pk")]
    return sorted(waiting, key=lambda pair: pair[0])


def _appeals(words: str, waiting: list[tuple[datetime, Appeal]], *, urgent: bool = False) -> Todo:
    due, first = waiting[0]
    return Todo(
        title=words % {"count": len(waiting)},
        url=reverse("review_appeals"),
        due=due,
        urgent=urgent,
        since=min(one.made_at for _due, one in waiting),
        whom=of_several(first.unit.name, len(waiting)),
        takes=HEARD,
    )


def _may_appeal(user: User) -> list[Todo]:
    """A result below the star applied for, no star, or an event's effects that can still be appealed; optional."""
    codes = user.reach(APPEAL)
    if not codes:
        return []
    results = [
        _todo(
            _("%(unit)s: the result may be appealed") % {"unit": decision.unit.name},
            reverse("appeal_make", args=[decision.application_id]),
            decision.last_day,
        )
        for decision in appealable(codes)
        if decision.star < decision.application.applied_star
    ]
    others = [
        _todo(
            _("%(unit)s: %(what)s may be appealed") % {"unit": subject.unit.name, "what": subject.title},
            address(subject),
            subject.last_day,
        )
        for subject in subjects(codes)
    ]
    return results + others


def address(subject: Appealable) -> str:
    """Where the signer appeals it."""
    if subject.event:
        return reverse("appeal_event", args=[subject.event.pk])
    if subject.application:
        return reverse("appeal_make", args=[subject.application.pk])
    return reverse("appeal_closing", args=[subject.decision.pk])


def _todo(title: str, url: str, last_day: date) -> Todo:
    return Todo(
        title=title,
        url=url,
        detail=_("Only if the village does not agree with it. Once, to the level above."),
        due=timezone.make_aware(datetime.combine(last_day + timedelta(days=1), time())),
        action=_("Appeal"),
    )
