"""What a person may do next with a follow-up: the table of ``models.lifecycle`` for one person.

Pages, workflow and tests share it. The permission of the table says in which offices at all; whose duty it is follows
from the posts of the day.
"""

from collections.abc import Callable
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from accounts.roles import VILLAGE_POSTS, Role
from accounts.together import once
from followups.models import STEPS, FollowUp
from followups.models.lifecycle import SUPERVISE
from records.actions import Actions
from records.lifecycle import Step


def is_responsible(user: User, followup: FollowUp) -> bool:
    return once(user, (_done_by, followup.pk), lambda: bool(asked(_done_by, user, followup.pk)))


def is_checker(user: User, followup: FollowUp) -> bool:
    """Whether ``user`` checks it: by post, and not who reported it."""
    return followup.reported_by_id != user.pk and once(
        user, (_checked_by, followup.pk), lambda: bool(asked(_checked_by, user, followup.pk))
    )


def _done_by(user: User, pk: int) -> QuerySet[Any]:
    return FollowUp.objects.filter(pk=pk).done_by(user).values_list("pk")


def _checked_by(user: User, pk: int) -> QuerySet[Any]:
    return FollowUp.objects.filter(pk=pk).checked_by(user).values_list("pk")


def supervises(user: User, followup: FollowUp) -> bool:
    """Whether ``user`` supervises from a level above the responsible office: nobody lets themselves off."""
    office = followup.responsible_unit_id
    return any(office != code and office.startswith(code) for code in user.reach(SUPERVISE))


def _may_hand_on(user: User, followup: FollowUp) -> bool:
    return is_responsible(user, followup) or supervises(user, followup)


def _may_report(user: User, followup: FollowUp) -> bool:
    return not followup.spec.own_steps and is_responsible(user, followup)


def _may_report_done(user: User, followup: FollowUp) -> bool:
    return _may_report(user, followup) and not only_signer_reports_done(user, followup)


def only_signer_reports_done(user: User, followup: FollowUp) -> bool:
    """Whether that is kept from ``user``, who is not the signer of the village that answers for it."""
    if not followup.spec.signed or followup.responsible_role not in VILLAGE_POSTS:
        return False
    village = followup.responsible_unit_id
    return not any((post.unit_id, post.role) == (village, Role.SIGNER) for post in user.posts)


def _may_cancel(user: User, followup: FollowUp) -> bool:
    return not (followup.spec.own_steps or followup.spec.lasting) and supervises(user, followup)


_WHO: dict[str, Callable[[User, FollowUp], bool]] = {
    "progress_followup": _may_report,
    "report_followup": _may_report_done,
    "accept_followup": is_checker,
    "send_back_followup": is_checker,
    "hand_on_followup": _may_hand_on,
    "escalate_followup": supervises,
    "cancel_followup": _may_cancel,
}


def _may(user: Any, step: Step, followup: FollowUp) -> bool:
    """None is the scheduler, which may do everything."""
    if user is None:
        return True
    return any(user.has_perm(perm, followup) for perm in step.permissions) and _WHO[step.verb](user, followup)


def _moved_on(user: User | None, followup: FollowUp) -> str:
    return _("This follow-up is now: %(state)s.") % {"state": followup.get_state_display()}


ACTIONS: Actions[FollowUp] = Actions(STEPS, _may, _moved_on)
available, require, require_right = ACTIONS.available, ACTIONS.require, ACTIONS.require_right
