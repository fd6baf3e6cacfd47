"""What a person may do next with an application: one list that pages, API, workflow and tests share.

Each app above adds its own steps with ``register`` in ``AppConfig.ready``. A workflow function begins with
``require(verb, by, application)``; a page shows ``available(user, application)``.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from accounts import standing
from accounts.authority import lacking
from ratings import secrecy
from ratings.models import Application
from records.refusals import NotAllowed, WrongState


def _always(user, application: Application) -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """A step: ``permission`` is asked for the application's unit, ``allowed`` holds what the permission cannot say
    (ties, who filled it in); ``url_name`` is the page that takes the application's id."""

    verb: str
    label: str
    permission: str
    states: frozenset[str]
    url_name: str
    allowed: Callable[[object, Application], bool] = _always


ACTIONS: dict[str, Action] = {}


def register(*actions: Action) -> None:
    ACTIONS.update((action.verb, action) for action in actions)
    standing.register({action.verb: [action.permission] for action in actions})


def _may(user, action: Action, application: Application) -> bool:
    return user.has_perm(action.permission, application) and action.allowed(user, application)


def available(user, application: Application) -> list[Action]:
    """The steps open to ``user`` now, in the order they were registered."""
    return [a for a in ACTIONS.values() if application.state in a.states and _may(user, a, application)]


def require(verb: str, user, application: Application) -> None:
    """Raise ``NotAllowed`` or ``WrongState`` unless ``user`` may take this step with ``application`` now."""
    action = ACTIONS[verb]
    if not _may(user, action, application):
        raise NotAllowed(_("You may not do this here."))
    if application.state not in action.states:
        raise _elsewhere(user, application)


def require_all(verb: str, pairs: Iterable[tuple[object, Application]]) -> None:
    """The same for many (person, application) at once, in one query; None is the clock, who may everything."""
    action, pairs = ACTIONS[verb], list(pairs)
    people = [(user, application) for user, application in pairs if user is not None]
    if lacking(action.permission, {(user.pk, application.unit_id) for user, application in people}) or not all(
        action.allowed(user, application) for user, application in people
    ):
        raise NotAllowed(_("You may not do this here."))
    for user, application in pairs:
        if application.state not in action.states:
            raise _elsewhere(user, application)


def _elsewhere(user, application: Application) -> WrongState:
    state = Application.State(secrecy.shown_state(user, application)).label
    return WrongState(_("This application is now at the step “%(state)s”.") % {"state": state})
