"""Re-encryption: what is encrypted is written again under the current key, after another one may have been read
(docs/operations.md)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import models, transaction

from records import audit
from records.encryption import Unreadable
from records.registry import KeyedRegistry

VERB = "encrypt_anew"


@dataclass(frozen=True)
class Encrypted:
    """Rows of ``model`` that hold something encrypted in ``columns``.

    ``renew`` reads one and sets it again; it raises ``Unreadable``. ``verb``: the step of the audit trail.
    """

    model: type[models.Model]
    columns: tuple[str, ...]
    renew: Callable[[Any], None]
    verb: str = VERB


class EncryptedAnew(NamedTuple):
    """How many rows were renewed; and how many no known key can read, which stay as they are."""

    rows: int
    unreadable: int


KINDS = KeyedRegistry[str, Encrypted]()
"""By the name that the command prints."""
register = KINDS.register


@transaction.atomic
def encrypt_anew() -> dict[str, EncryptedAnew]:
    """Write everything registered again, by name; afterwards the fallback keys are no longer needed."""
    return {name: _renew(kind) for name, kind in KINDS.items()}


def _renew(kind: Encrypted) -> EncryptedAnew:
    unreadable, written = 0, []
    for row in kind.model._default_manager.select_for_update().order_by("pk"):
        try:
            kind.renew(row)
        except Unreadable:
            unreadable += 1
        else:
            written.append(row)
    with audit.acting(None, kind.verb):
        kind.model._default_manager.bulk_update(written, kind.columns, batch_size=500)
    return EncryptedAnew(len(written), unreadable)
