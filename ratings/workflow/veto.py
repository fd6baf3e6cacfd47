"""Veto items that a unit has met (formats §1): dated facts, recorded and withdrawn, never changed.

Who may record one, and when, is decided in ``reviews``.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ratings.models import Veto
from records import audit


@dataclass(frozen=True)
class MetVeto:
    """A department's finding about a unit (by code): a veto item of its scheme, met on a day, and the document."""

    unit: str
    code: str
    on: date
    document: str


@transaction.atomic
def replace(units: Iterable[str], source: str, vetoes: Iterable[MetVeto], *, by: User, reason: str = "") -> None:
    """Make ``found`` all that ``source`` has found about ``units``: what it no longer finds is withdrawn, the rest
    stays as first recorded."""
    wanted = {(one.unit, one.code, one.on, one.document): one for one in vetoes}
    there = {
        (veto.unit_id, veto.code, veto.on, veto.document): veto.pk
        for veto in Veto.objects.filter(unit__in=list(units), source=source, withdrawn_at=None)
    }
    gone = [pk for key, pk in there.items() if key not in wanted]
    with audit.acting(by, "find_vetoes", reason):
        Veto.objects.filter(pk__in=gone).update(withdrawn_at=timezone.now())
        Veto.objects.bulk_create(
            Veto(unit_id=one.unit, code=one.code, on=one.on, document=one.document, source=source, by=by)
            for key, one in wanted.items()
            if key not in there
        )
