"""What appeals put on to-do lists: for the level above to convene, for hearers to decide, for signers that they may."""

from datetime import datetime, time, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.todo import Todo
from ratings.models import Decision
from reviews.hearing import ABOVE, APPEAL, appealable
from reviews.models import Appeal, Hearer
from villages.models import below_any


def entries(user: User) -> list[Todo]:
    return [*_to_convene(user), *_to_decide(user), *_may_appeal(user)]


def _to_convene(user: User) -> list[Todo]:
    count = 0
    for origin, level in ABOVE.items():
        if codes := user.reach(level.convene):
            waiting = Appeal.objects.filter(below_any(codes, "unit_id"), state=Appeal.State.OPEN, hearers=None)
            count += waiting.filter(decision__origin=origin).count()
    words = ngettext("%(count)s appeal waits for who hears it", "%(count)s appeals wait for who hears them", count)
    return [Todo(title=words % {"count": count}, url=reverse("review_appeals"), urgent=True)] if count else []


def _to_decide(user: User) -> list[Todo]:
    if not any(user.reach(level.hear) for level in ABOVE.values()):
        return []
    count = Hearer.objects.filter(user=user, appeal__state=Appeal.State.OPEN).count()
    words = ngettext("%(count)s appeal to decide", "%(count)s appeals to decide", count)
    return [Todo(title=words % {"count": count}, url=reverse("review_appeals"))] if count else []


def _may_appeal(user: User) -> list[Todo]:
    """A result below the star applied for that can still be appealed; nobody has to."""
    codes = user.reach(APPEAL)
    found = appealable(codes) if codes else []
    return [
        Todo(
            title=_("%(unit)s: the result may be appealed") % {"unit": decision.unit.name},
            url=reverse("appeal_make", args=[decision.application_id]),
            detail=_("Only if the village does not agree with it. Once, to the level above."),
            due=_end_of(decision),
            action=_("Appeal"),
        )
        for decision in found
        if decision.star < decision.application.applied_star
    ]


def _end_of(decision: Decision) -> datetime:
    return timezone.make_aware(datetime.combine(decision.last_day + timedelta(days=1), time())) - timedelta(seconds=1)
