"""What a person has to do or to check by a moment (a source of ``accounts.todo_list``)."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from accounts.todo_list import Todo
from followups.kinds import KINDS
from followups.models import FollowUp, FollowUpState
from followups.models.lifecycle import ANSWER
from records.addresses import address

SHOWN = 20


def entries(user: User) -> list[Todo]:
    """One query; kinds that other to-dos lead to are theirs."""
    if not user.reach(ANSWER):
        return []
    return [_todo(one) for one in asked(_waiting, user, kinds=listed())]


def listed() -> tuple[str, ...]:
    return tuple(key for key, kind in KINDS.items() if not kind.own_todo)


def _waiting(user: User, *, kinds: tuple[str, ...]) -> QuerySet[FollowUp]:
    mine = FollowUp.objects.waiting_for(user).filter(kind__in=kinds)
    return mine.select_related("unit", "opened_by", "reported_by").order_by("due_at", "pk")[:SHOWN]


def _todo(followup: FollowUp) -> Todo:
    reported = followup.state == FollowUpState.REPORTED
    sender = followup.reported_by if reported else followup.opened_by
    return Todo(
        title=_("Check: %(what)s") % {"what": followup.text} if reported else followup.text,
        url=address("followup", followup.pk),
        due=None if reported else followup.due_at,
        urgent=followup.is_late,
        over=followup.spec.name,
        action=_("Check") if reported else _("Open"),
        since=followup.reported_at if reported else followup.opened_at,
        whom=sender.name if sender else _("the system"),
        takes=f"{'followup_check' if reported else 'followup'}:{followup.kind}",
    )
