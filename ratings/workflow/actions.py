"""What a person may do next with an application: ``ratings.models.lifecycle`` for one person and one day.

Pages, API, workflow and tests share it. A workflow function begins with ``require(verb, by, application)``; a page
shows ``available(user, application)``. Conditions that a permission cannot express are added with ``guard`` by the app
that knows them.
"""

from collections.abc import Callable, Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.authority import lacking
from accounts.impartial import is_of
from accounts.role_holders import ever_held
from ratings import disclosure
from ratings.models import Application, Stage
from ratings.models.application import first_stage
from ratings.models.lifecycle import STEPS
from records.actions import Actions
from records.lifecycle import Step
from records.refusals import NotAllowed, WrongState
from records.registry import KeyedRegistry

Guard = Callable[[Any, Application], bool]
_guards = KeyedRegistry[str, Guard]()


def guard(verb: str, allowed: Guard) -> None:
    """Allow the step ``verb`` only where ``allowed(user, application)``. Called in ``registrations.py``."""
    _guards.register({verb: allowed})


def _late(user: Any, application: Application) -> bool:
    """Whether the village has missed the deadline of a return."""
    return not application.returns.filter(answered_at=None, due__gt=timezone.now()).exists()


guard("resume", _late)

FROM_OUTSIDE = ("accept", "return", "resume", "undo_submission")
"""Steps of the office above that nobody takes who holds or held a post in the unit."""


def own_step(verb: str, unit: str) -> Step:
    """The step ``verb`` as the level takes it that stands above the unit (by code)."""
    return STEPS[verb].at_level(first_stage(unit))


def by_level(applications: Iterable[Application]) -> dict[Stage, list[Application]]:
    """The applications by the level that stands above their units."""
    found: dict[Stage, list[Application]] = {}
    for application in applications:
        found.setdefault(application.first_stage, []).append(application)
    return found


def _allowed(user: Any, verb: str, application: Application) -> bool:
    if verb in ("fill_on_behalf", "send_back") and application.first_stage == Stage.COUNTY:
        return False
    return verb not in _guards or _guards[verb](user, application)


def _may(user: Any, step: Step, application: Application) -> bool:
    if not user.has_perm(step.permission, application) or not _allowed(user, step.verb, application):
        return False
    return step.verb not in FROM_OUTSIDE or not is_of(user, application.unit_id)


def _moved_on(user: Any, application: Application) -> str:
    state = Application.State(disclosure.shown_state(user, application)).label
    return _("Nothing was done: this application is now at the step “%(state)s”.") % {"state": state}


def _own(step: Step, application: Application) -> Step:
    return step.at_level(application.first_stage)


ACTIONS: Actions[Application] = Actions(STEPS, _may, _moved_on, own=_own)
available, require = ACTIONS.available, ACTIONS.require


def require_all(verb: str, pairs: Iterable[tuple[Any, Application]]) -> None:
    """The same for many (person, application) pairs at once, in one query a level and one for posts in the units; None
    is the scheduler, which may do everything."""
    pairs = list(pairs)
    people = [(user, application) for user, application in pairs if user is not None]
    needed: dict[str, set[tuple[int, str]]] = {}
    for user, application in people:
        needed.setdefault(own_step(verb, application.unit_id).permission, set()).add((user.pk, application.unit_id))
    if any(lacking(permission, of_level) for permission, of_level in needed.items()) or not all(
        _allowed(user, verb, application) for user, application in people
    ):
        raise NotAllowed
    own = ever_held({application.unit_id for _user, application in people}) if verb in FROM_OUTSIDE else {}
    if any(user.pk in own.get(application.unit_id, ()) for user, application in people):
        raise NotAllowed
    for user, application in pairs:
        if application.state not in own_step(verb, application.unit_id).states:
            raise WrongState(_moved_on(user, application))
