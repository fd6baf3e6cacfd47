"""What a person may do next with a round or a nomination: ``honours.models.lifecycle`` for one person.

Pages, API, workflow and tests share it.
"""

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.impartial import is_of
from accounts.models import User
from honours.models import NOMINATION_STEPS, ROUND_STEPS, Nomination, NominationState, OpinionLevel, Round
from honours.models.lifecycle import NOMINATE, OPINE, RUN
from records.actions import Actions
from records.lifecycle import Step

State = NominationState
WHILE_ROUND_IS = {
    "support_nomination": (Round.State.OPEN,),
    "decline_nomination": (Round.State.OPEN,),
    "drop_nomination": Round.State.GOING_ON,
    "withdraw_nomination": Round.State.GOING_ON,
    "restore_title": (Round.State.NAMED,),
}
"""In which states of its round a step with a nomination may be taken."""


def _may_with_round(user: User, step: Step, round: Round) -> bool:
    return user.has_perm(RUN, round)


def _round_has_moved_on(user: User, round: Round) -> str:
    return _("This round is now: %(state)s.") % {"state": round.get_state_display()}


ROUND_ACTIONS: Actions[Round] = Actions(ROUND_STEPS, _may_with_round, _round_has_moved_on)
require_round = ROUND_ACTIONS.require


def available_round(user: User, round: Round) -> list[Step]:
    """The steps with a round that are open to ``user`` now; the list is not closed before its day is over (of the day
    the step itself asks: its caller may give another than today)."""
    waits = {"ask_departments"} if round.takes_nominations(timezone.localdate()) else set()
    return [step for step in ROUND_ACTIONS.available(user, round) if step.verb not in waits]


def _may(user: User, step: Step, nomination: Nomination) -> bool:
    if step.verb in ("support_nomination", "decline_nomination"):
        if nomination.state not in State.ON_THE_WAY:
            return any(user.has_perm(right, nomination) for right in OPINE.values())
        right = OPINE[OpinionLevel(nomination.state)]
        return user.has_perm(right, nomination) and not is_of(user, nomination.unit_id)
    if step.verb == "withdraw_nomination":
        return user.has_perm(NOMINATE, nomination)
    return user.has_perm(RUN, nomination.round)


def _moved_on(user: User, nomination: Nomination) -> str:
    said = {"state": nomination.get_state_display(), "round": nomination.round.get_state_display()}
    return _("This nomination is now: %(state)s; its round: %(round)s.") % said


def _round_moved_on(user: User, step: Step, nomination: Nomination) -> str:
    return "" if nomination.round.state in WHILE_ROUND_IS[step.verb] else _moved_on(user, nomination)


ACTIONS: Actions[Nomination] = Actions(NOMINATION_STEPS, _may, _moved_on, _round_moved_on)
available, require = ACTIONS.available, ACTIONS.require
