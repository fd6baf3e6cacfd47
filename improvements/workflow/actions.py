"""What a person may do next with a plan: ``improvements.models.lifecycle`` for one person.

Pages, workflow and tests share it.
"""

from django.utils.translation import gettext as _

from accounts.impartial import is_of
from accounts.models import User
from improvements.models import STEPS, Agreement, Plan
from improvements.models.lifecycle import SUPERVISE
from improvements.parties import agrees_for
from records.actions import Actions
from records.lifecycle import Step


def took_part(user: User, plan: Plan) -> bool:
    """Whether ``user`` took part in it: then somebody else checks it."""
    return Plan.objects.filter(pk=plan.pk).taken_part_in_by(user).exists()


def open_parties(user: User, plan: Plan) -> list[str]:
    """The parties for which ``user`` may agree to what was sent, and has not: one person agrees for one party."""
    given = _given(plan)
    return [] if user.pk in given.values() else [party for party in agrees_for(user, plan) if party not in given]


def _given(plan: Plan) -> dict[str, int]:
    """Who (id) has agreed to what was sent, by party."""
    return dict(Agreement.objects.filter(plan=plan, revision=plan.revision).values_list("party", "by"))


def _held_back(user: User, step: Step, plan: Plan) -> str:
    """Why ``user``, who holds the right, may not take the step all the same."""
    if step.verb == "pass_plan" and took_part(user, plan):
        return _("You took part in this plan: somebody else checks it.")
    if step.verb == "agree_plan" and not open_parties(user, plan):
        if user.pk in _given(plan).values():
            return _("You have agreed to this plan already.")
        return _("Your side has agreed to this plan already.")
    return ""


def _may(user: User, step: Step, plan: Plan) -> bool:
    if SUPERVISE in step.permissions and is_of(user, plan.unit_id):
        return False
    return any(user.has_perm(perm, plan) for perm in step.permissions)


def _moved_on(user: User, plan: Plan) -> str:
    return _("This plan is now: %(state)s.") % {"state": plan.get_state_display()}


ACTIONS: Actions[Plan] = Actions(STEPS, _may, _moved_on, _held_back)
available, require = ACTIONS.available, ACTIONS.require
