"""A step with a round or a nomination: the row is locked first, so of two people at once the second sees the new
state."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from accounts.models import User
from honours.models import Nomination, Round
from honours.standing import standing_of, standing_of_round
from honours.workflow.actions import require, require_round
from records import audit
from records.previews import require_unchanged


def locked(round: Round) -> Round:
    return Round.objects.select_for_update(of=("self",)).select_related("unit").get(pk=round.pk)


@contextmanager
def round_step(verb: str, round: Round, by: User, *, reason: str = "", expected: Any = None) -> Iterator[Round]:
    """One transaction in which ``by`` takes the step with the round as it is, locked."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        fresh = locked(round)
        require_round(verb, by, fresh)
        require_unchanged(expected, standing_of_round(fresh))
        yield fresh


@contextmanager
def nomination_step(
    verb: str, nomination: Nomination, by: User, *, reason: str = "", expected: Any = None
) -> Iterator[Nomination]:
    """The same with a nomination: its round is locked first, then itself."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        round = locked(nomination.round)
        rows = Nomination.objects.select_for_update(of=("self",)).select_related("unit")
        fresh = rows.get(pk=nomination.pk)
        fresh.round = round
        require(verb, by, fresh)
        require_unchanged(expected, standing_of(fresh))
        yield fresh
