"""Writing the ledger. The database keeps the totals and refuses overdrafts (``models/ledger.py``)."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any

from accounts.models import User
from incentives.models import GrantLine, LedgerEntry, Reward


def ref(line: GrantLine) -> dict[str, GrantLine]:
    """The line as keyword argument for the field of a ledger entry or clawback that names it."""
    return {"reward" if isinstance(line, Reward) else "allocation": line}


def entry_for(
    line: GrantLine, kind: str, amount: Decimal, *, key: str, by: User, at: datetime, **more: Any
) -> LedgerEntry:
    """An unsaved entry of ``amount`` yuan; ``more``: document, reason, corrects."""
    return LedgerEntry(unit_id=line.unit_id, kind=kind, amount=amount, key=key, by=by, at=at, **ref(line), **more)


def book(entries: Iterable[LedgerEntry]) -> list[LedgerEntry]:
    """Append ``entries`` in one statement, so that they take effect together."""
    return LedgerEntry.objects.bulk_create(entries)
