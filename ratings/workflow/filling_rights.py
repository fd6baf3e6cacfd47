"""Who may change what in an application, and when: its village, or the township office on its behalf (代填)."""

from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authority import lacking
from accounts.models import User
from ratings.models import Application, Return, Stage
from ratings.models.application import first_stage
from ratings.models.lifecycle import STEPS
from ratings.scheme.spec import Criterion, NoSingleVariant
from ratings.workflow.actions import require
from ratings.workflow.unit_lock import hold_standing_of
from ratings.workflow.window import require_applying
from records.refusals import NotAllowed, WrongState

OWN, ON_BEHALF = "fill", "fill_on_behalf"


def filling_verb(place: Any, by: User) -> str:
    """``fill`` for the village's own people, ``fill_on_behalf`` for everybody else; ``place``: unit or application."""
    return OWN if by.has_perm(STEPS[OWN].permission, place) else ON_BEHALF


def filling_verbs(starters: Iterable[tuple[str, Any]]) -> list[str]:
    """The verb of each (unit code, person or None) in two queries. Raises ``NotAllowed`` if one may do neither."""
    pairs = [(by and by.pk, code) for code, by in starters]
    strangers = lacking(STEPS[OWN].permission, {pair for pair in pairs if pair[0]})
    if strangers and lacking(STEPS[ON_BEHALF].permission, strangers):
        raise NotAllowed
    if any(first_stage(code) == Stage.COUNTY for _user, code in strangers):
        raise NotAllowed  # a township's office never fills in for the township itself
    return [ON_BEHALF if pair in strangers else OWN for pair in pairs]


def locked_row(application: Application) -> Application:
    """The application, locked until the end of the transaction, with everything that filling in depends on, as it is
    then.

    Raises ``WrongState`` when its unit is dissolved.
    """
    hold_standing_of([application.pk])
    Application.objects.select_for_update().values_list("pk").get(pk=application.pk)
    return Application.objects.select_related("unit", "cycle__scheme").get(pk=application.pk)


def criteria_of(application: Application) -> tuple[Criterion, ...]:
    """The criteria that apply to this unit. Raises ``WrongState`` when its tags fit none or several variants of one."""
    try:
        return application.scheme.spec.fitting(application.tags)
    except NoSingleVariant as wrong:
        raise WrongState(
            _("Criterion %s has variants, and the tags of this unit do not tell which. Please ask the county office.")
            % wrong.code
        ) from None


def open_return(application: Application) -> Return | None:
    """The township's questions that wait for an answer; a page has prefetched all returns with their criteria."""
    return next((question for question in application.returns.all() if question.answered_at is None), None)


def require_fillable(application: Application, by: User, criteria: Iterable[str] = ()) -> None:
    """Raise unless ``by`` may change these criteria (by code) now: person, state, window or deadline, returned
    or not."""
    require(filling_verb(application, by), by, application)
    if application.state == Application.State.DRAFT:
        require_applying(application.cycle, [application.unit_id])
        return
    question = open_return(application)
    require_in_time(question)
    returned_ones = question.criteria.all() if question else ()
    if set(criteria) - {returned.criterion for returned in returned_ones}:
        raise WrongState(_("This question is locked: it was not returned."))


def require_in_time(question: Return | None) -> None:
    """Raise ``WrongState`` when the deadline of a return is over."""
    if question is None or timezone.now() >= question.due:
        raise WrongState(_("The deadline for correcting is over. Please ask the office above."))
