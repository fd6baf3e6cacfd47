"""To-dos about appeals: for the level above to convene, for hearers to decide, for signers as an option."""

from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.prepared import asked
from accounts.role_holders import has_post
from accounts.todo_list import Todo, of_several
from reviews.appeals.appeal_rights import appeal_rights
from reviews.appeals.appeal_rules import HEARD_BY, answer_dues
from reviews.models import Appeal, Hearer
from reviews.models.lifecycle import APPEAL
from reviews.todos.usual_times import APPEAL as HEARD
from villages.models import below_any


def entries(user: User) -> list[Todo]:
    return [*_to_convene(user), *_to_decide(user), *_may_appeal(user)]


def _to_convene(user: User) -> list[Todo]:
    if not any(user.reach(level.convene) for level in HEARD_BY):
        return []
    waiting = _due_first(asked(_without_hearers, user), user)
    n = len(waiting)
    words = ngettext("%(count)s appeal needs people to hear it", "%(count)s appeals need people to hear them", n)
    return [_appeals(words, waiting, _("Choose who hears it"), urgent=True)] if n else []


def _without_hearers(user: User) -> QuerySet[Appeal]:
    mine = Q(pk__in=[])
    for level, heard in HEARD_BY.items():
        if codes := user.reach(level.convene):
            mine |= below_any(codes, "unit_id") & heard
    mine &= ~Q(has_post(user.pk, "unit"))
    return _oldest_first(Appeal.objects.filter(mine, state__in=Appeal.State.UNANSWERED, hearers=None))


def _to_decide(user: User) -> list[Todo]:
    if not any(user.reach(level.hear) for level in HEARD_BY):
        return []
    waiting = _due_first(asked(_heard_by, user), user)
    words = ngettext("%(count)s appeal to decide", "%(count)s appeals to decide", len(waiting))
    return [_appeals(words, waiting, _("Hear and decide"))] if waiting else []


def _heard_by(user: User) -> QuerySet[Appeal]:
    heard = Hearer.objects.filter(user=user).values("appeal")
    return _oldest_first(Appeal.objects.filter(pk__in=heard, state__in=Appeal.State.UNANSWERED))


def _oldest_first(appeals: QuerySet[Appeal]) -> QuerySet[Appeal]:
    return appeals.select_related("decision", "unit").order_by("made_at", "pk")


def _due_first(appeals: list[Appeal], reader: User) -> list[tuple[datetime, Appeal]]:
    """The appeals with the day until which each is to be answered, the earliest first."""
    if not appeals:
        return []
    until = answer_dues(reader)
    return sorted(((until(one), one) for one in appeals), key=lambda pair: pair[0])


def _appeals(words: str, waiting: list[tuple[datetime, Appeal]], action: str, *, urgent: bool = False) -> Todo:
    due, first = waiting[0]
    return Todo(
        title=words % {"count": len(waiting)},
        url=reverse("review_appeals"),
        due=due,
        urgent=urgent,
        action=action,
        since=min(one.made_at for _due, one in waiting),
        whom=of_several(first.unit.name, len(waiting)),
        takes=HEARD,
    )


def _may_appeal(user: User) -> list[Todo]:
    """Optional."""
    return [
        Todo(
            title=right.title,
            url=right.url,
            detail=_("Only if the village does not agree with it. Once, to the level above."),
            due=right.due,
            action=_("Appeal"),
        )
        for right in (appeal_rights(user) if user.reach(APPEAL) else [])
    ]
