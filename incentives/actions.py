"""What a person may do next with a policy or fund: one list that pages, API, workflow and tests share."""

from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incentives.models import Source
from records.refusals import NotAllowed, WrongState

State = Source.State
MANAGE = ""
"""Stands for the right to write that kind of source (``Source.MANAGE``)."""


@dataclass(frozen=True)
class Action:
    """A step that starts from ``state``; ``permission`` is asked for the source's county."""

    verb: str
    label: Promise
    permission: str
    state: str

    def open_to(self, user: Any, source: Source) -> bool:
        return user.has_perm(self.permission or source.MANAGE, source)


ACTIONS = {
    action.verb: action
    for action in (
        Action("revise", gettext_lazy("Change the terms"), MANAGE, State.DRAFT),
        Action("seek_opinion", gettext_lazy("Seek the opinion"), MANAGE, State.DRAFT),
        Action("give_opinion", gettext_lazy("Give the opinion"), "incentives.give_opinion", State.OPINION_SOUGHT),
        Action("take_back", gettext_lazy("Take back for changes"), MANAGE, State.FILED),
        Action("make_effective", gettext_lazy("Put into effect"), MANAGE, State.FILED),
        Action("grant", gettext_lazy("Commit the amounts"), MANAGE, State.EFFECTIVE),
        Action("disburse", gettext_lazy("Disburse"), "incentives.disburse", State.EFFECTIVE),
    )
}


def _in_time(action: Action, source: Source) -> bool:
    """Amounts are committed once, and paid while something is owed and not frozen."""
    if action.verb == "grant":
        return not source.granted
    return action.verb != "disburse" or source.payable


def available(user: Any, source: Source) -> list[Action]:
    """The steps open to ``user`` now, in the order of a source's life."""
    here = (action for action in ACTIONS.values() if action.state == source.state)
    return [action for action in here if action.open_to(user, source) and _in_time(action, source)]


def require(verb: str, user: Any, source: Source) -> None:
    """Raise ``NotAllowed`` or ``WrongState`` unless ``user`` may take this step with ``source`` now."""
    action = ACTIONS[verb]
    if not action.open_to(user, source):
        raise NotAllowed(_("You may not do this here."))
    if source.state != action.state:
        raise WrongState(_("“%(name)s” is now at “%(state)s”.") % {"name": source, "state": source.get_state_display()})
    if not _in_time(action, source):
        raise WrongState(_("This has been done already."))
