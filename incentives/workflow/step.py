"""A step with a source: its row is locked first, so of two people at once the second sees the new state."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import transaction

from accounts.models import User
from incentives.models import Source
from incentives.workflow.actions import require
from records import audit


def locked(source: Source) -> Source:
    """The source as it is now, locked until the transaction ends; ``source`` itself is refreshed too."""
    source.refresh_from_db(from_queryset=type(source).objects.select_for_update())
    return source


@contextmanager
def step(verb: str, source: Source, *, by: User, reason: str = "") -> Iterator[Source]:
    """One transaction in which ``by`` takes the step ``verb``. Raises ``NotAllowed`` or ``WrongState``."""
    with transaction.atomic(), audit.acting(by, verb, reason):
        require(verb, by, locked(source))
        yield source
        source.refresh_from_db()
