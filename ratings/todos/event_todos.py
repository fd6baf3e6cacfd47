"""To-dos about the register: proposals that wait for a person's decision."""

from django.db.models import CharField, Count, Min, OuterRef, Subquery
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.todo_list import Todo, of_several
from followups.models import FollowUp
from ratings.events.proposals import FOLLOW_UP, SETTLE, to_settle
from ratings.todos.usual_times import SETTLING


def entries(user: User) -> list[Todo]:
    """One entry, however many are waiting."""
    if not any(map(user.reach, SETTLE)):
        return []
    ((n, due, since, first),) = asked(_waiting, user)
    if not n:
        return []
    return [
        Todo(
            ngettext("%(n)s change of a star to settle", "%(n)s changes of stars to settle", n) % {"n": n},
            reverse("proposals"),
            _("Consequences of events need your decision."),
            due=due,
            action=_("Settle"),
            since=since,
            whom=of_several(first, n),
            takes=SETTLING,
        )
    ]


def _waiting(user: User) -> Totals:
    follow_up = FollowUp.objects.waiting().filter(kind=FOLLOW_UP, subject=Cast(OuterRef("pk"), CharField()))
    rows = to_settle(user).annotate(
        due_at=Subquery(follow_up.values("due_at")[:1]), proposed_at=Subquery(follow_up.values("opened_at")[:1])
    )
    return Totals(
        rows, {"n": Count("pk"), "due": Min("due_at"), "since": Min("proposed_at"), "first": Min("unit__name")}
    )
