"""The only way in which an application's state changes: set-based, with a row for every step."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.deputies import standing_in
from accounts.models import User
from ratings.models import Application, Transition
from ratings.models.application import first_stage
from ratings.models.lifecycle import STEPS
from ratings.signals import applications_moved
from records import audit
from records.refusals import WrongState


@transaction.atomic
def move(
    applications: Iterable[int],
    verb: str,
    to: str,
    *,
    by: User | Mapping[int, User] | None,
    reason: str = "",
    at: datetime | None = None,
    **changes: Any,
) -> list[Transition]:
    """Take the applications (by id) to state ``to``, setting ``changes`` on each, and record every step.

    Rows are locked first, so of two people at once the second sees the new state. Raises ``WrongState``, with nothing
    changed, when ``verb`` does not lead there from the state of one of them (the database refuses what no verb does).
    ``by`` is a person, None for the scheduler, or who takes the step with each application (by id).
    """
    locked = Application.objects.select_for_update().filter(pk__in=list(applications))
    rows = list(locked.values_list("pk", "state", "unit_id"))
    if any((state, to) not in STEPS[verb].at_level(first_stage(unit)).moves for _pk, state, unit in rows):
        raise WrongState(
            _("This application has moved on already, by somebody else or from another window. Please look again.")
        )
    at = at or timezone.now()
    people = by if isinstance(by, Mapping) else {pk: by for pk, _state, _unit in rows}
    ids = {pk: person.pk for pk, person in people.items() if person}
    deputies = standing_in(verb, {(ids[pk], unit) for pk, _state, unit in rows if pk in ids})
    with audit.acting(next(iter(people.values())) if len(set(people.values())) == 1 else None, verb, reason):
        Application.objects.filter(pk__in=[pk for pk, _state, _unit in rows]).update(state=to, **changes)
        steps = Transition.objects.bulk_create(
            (
                Transition(
                    application_id=pk,
                    verb=verb,
                    from_state=state,
                    to_state=to,
                    by=people[pk],
                    as_deputy=(ids.get(pk), unit) in deputies,
                    at=at,
                    reason=reason,
                    address=audit.sender(),
                )
                for pk, state, unit in rows
            ),
            batch_size=2000,
        )
        applications_moved.send(sender=Application, applications=[pk for pk, _state, _unit in rows], verb=verb, to=to)
    return steps
