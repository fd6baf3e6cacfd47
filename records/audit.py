"""Who did what, from where, and why: the context that every tracked change carries into its history row.

The rows themselves are written by database triggers (django-pghistory), so no change of a tracked table can miss its
row; this module only says who is acting. Metadata keys:
``user`` (id or None), ``address`` (IP), ``url``, ``verb``, ``reason``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pghistory
import pghistory.middleware
import pghistory.runtime

from records.client import address_of


@contextmanager
def acting(by: Any, verb: str, reason: str = "") -> Iterator[None]:
    """Mark all changes inside as done by ``by`` (a user or None for the clock) through ``verb``."""
    with pghistory.context(user=by.pk if by else None, verb=verb, reason=reason):
        yield


@contextmanager
def unseen(verb: str) -> Iterator[None]:
    """Mark all changes inside, and after it in the same request, as done through ``verb`` by somebody nobody asked for:
    what the public sends leaves no account and no address."""
    with pghistory.context(user=None, address="", verb=verb, reason=""):
        yield


class AuditMiddleware(pghistory.middleware.HistoryMiddleware):
    """Adds the sender's address to each request's context."""

    def get_context(self, request) -> dict[str, Any]:
        return super().get_context(request) | {"address": address_of(request)}


def sender() -> str | None:
    """The address from which the current request came; None for the clock and for commands."""
    context = getattr(pghistory.runtime._tracker, "value", None)
    return (context.metadata.get("address") or None) if context else None
