"""The audit log: who did what, from where, and why. Every tracked change carries this context into its history row.

The rows themselves are written by database triggers (django-pghistory), so no change of a tracked table can miss its
row. This module only sets who is acting. Metadata keys:
``user`` (id or None), ``address`` (IP), ``url``, ``verb``, ``reason``.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

import pghistory
import pghistory.middleware
import pghistory.runtime

from records.client_ip import address_of

_act: ContextVar[dict[str, Any] | None] = ContextVar("act", default=None)


@contextmanager
def acting(by: Any, verb: str, reason: str = "") -> Iterator[None]:
    """Record all changes made inside as done by ``by`` (a user, or None for scheduled tasks) through ``verb``.

    After an act within an act the outer one goes on; what a request does after its last act belongs to that.
    """
    outer, act = _act.get(), {"user": by.pk if by else None, "verb": verb, "reason": reason}
    token = _act.set(act)
    try:
        with pghistory.context(**act):
            yield
    finally:
        _act.reset(token)
        if outer is not None:
            pghistory.context(**outer)


@contextmanager
def unseen(verb: str) -> Iterator[None]:
    """Record all changes made inside, and later in the same request, as done anonymously through ``verb``: submissions
    by the public keep neither account nor address."""
    with pghistory.context(user=None, address="", verb=verb, reason=""):
        yield


def doer() -> int | None:
    """The id of the person whose act this is; None for scheduled tasks, commands and the public."""
    context = getattr(pghistory.runtime._tracker, "value", None)
    return context.metadata.get("user") if context else None


class AuditMiddleware(pghistory.middleware.HistoryMiddleware):
    """Adds the client's IP address to the context of each request."""

    def get_context(self, request) -> dict[str, Any]:
        return super().get_context(request) | {"address": address_of(request)}


def sender() -> str | None:
    """The client IP address of the current request; None for scheduled tasks and commands."""
    context = getattr(pghistory.runtime._tracker, "value", None)
    return (context.metadata.get("address") or None) if context else None
