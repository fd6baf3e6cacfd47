"""What is encrypted, written anew under the current key instead of one that may have been read (docs/operations.md)."""

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
    """How many rows; of how many no key is known any more, which stay as they are."""

    rows: int
    unreadable: int


KINDS = KeyedRegistry[str, Encrypted]()
"""By the name that the command prints."""
register = KINDS.register


@transaction.atomic
def encrypt_anew() -> dict[str, EncryptedAnew]:
    """Write all that is registered anew, by name; the fallback keys are not needed to read it then."""
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
