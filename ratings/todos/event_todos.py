"""To-dos about the register: proposals that wait for a person's decision."""

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from accounts.todo_list import Todo
from ratings.events.proposals import SETTLE, to_settle


def entries(user: User) -> list[Todo]:
    """One entry, however many are waiting."""
    if not any(map(user.reach, SETTLE)):
        return []
    waiting = to_settle(user).count()
    if not waiting:
        return []
    title = ngettext("%(n)s change of a star to settle", "%(n)s changes of stars to settle", waiting) % {"n": waiting}
    return [Todo(title, reverse("proposals"), _("Consequences of events need your decision."), action=_("Settle"))]
