"""What a person may do next with a programme's year: ``programmes.models.lifecycle`` for one person.

Pages, workflow and tests share it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from programmes.models import ANSWER, RUN, STEPS, ProgrammeCycle
from records import audit
from records.actions import Actions
from records.deadlines import deadline
from records.lifecycle import Step


def _may(user: User, step: Step, cycle: ProgrammeCycle) -> bool:
    if step.permissions == ANSWER:
        return any(map(user.has_perm, ANSWER))  # for which unit: ``programmes.workflow.answers``
    return user.has_perm(RUN, cycle)


def _moved_on(user: User, cycle: ProgrammeCycle) -> str:
    return _("This programme is now: %(state)s.") % {"state": cycle.get_state_display()}


def _hindrance(user: User, step: Step, cycle: ProgrammeCycle) -> str:
    if step.verb == "confirm_programme" and cycle.takes_answers:
        return _("Answers are taken until %s: the results can be confirmed after that.") % deadline(cycle.answers_until)
    if step.verb == "answer_programme" and not cycle.takes_answers:
        return _("The time for answers is over.")
    return ""


ACTIONS: Actions[ProgrammeCycle] = Actions(STEPS, _may, _moved_on, _hindrance)
available, require = ACTIONS.available, ACTIONS.require


@contextmanager
def taking(verb: str, cycle: ProgrammeCycle, by: User, reason: str = "") -> Iterator[ProgrammeCycle]:
    """One transaction in which ``by`` takes the step with the cycle as it is, locked."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        rows = ProgrammeCycle.objects.select_for_update(of=("self",)).select_related("programme__unit", "scheme")
        fresh = rows.get(pk=cycle.pk)
        require(verb, by, fresh)
        yield fresh


def standing_of(cycle: ProgrammeCycle) -> dict[str, Any]:
    """What the page of a cycle shows before its short steps."""
    return {"state": cycle.state, "until": cycle.answers_until, "document": cycle.document, "on": cycle.on}
