"""Who took the steps with money, as shown beside them: a deputy is marked (``accounts.deputies``)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from accounts.deputies import authorized_act, by_deputies, signature
from incentives.models import LedgerEntry, Source

VERBS = {
    LedgerEntry.Kind.COMMIT: "grant",
    LedgerEntry.Kind.DISBURSE: "disburse",
    LedgerEntry.Kind.CLAWBACK: "confirm_clawback",
}


class Signed(NamedTuple):
    """A step with a source: its name, the person (with 代 for a deputy), and when."""

    step: str
    who: str
    at: datetime


def sign(entries: Iterable[LedgerEntry], source: Source | None = None) -> list[Signed]:
    """Set ``as_deputy`` on each entry, and list who took the steps with ``source``; one query.

    People are named as loaded: ``by`` of the entries, ``sought_by``, ``opinion_by``, ``effective_by``.
    """
    entries = list(entries)
    steps = _steps(source) if source else []
    booked = [authorized_act(entry.by_id, _verb(entry), entry.unit_id, entry.at) for entry in entries]
    taken = [authorized_act(who.pk, verb, source.unit_id, at) for verb, _step, who, at in steps]
    stood_in = by_deputies([*booked, *taken])
    for entry, done in zip(entries, booked, strict=True):
        entry.as_deputy = done in stood_in
    return [
        Signed(step, signature(who, done in stood_in), at)
        for (_verb, step, who, at), done in zip(steps, taken, strict=True)
    ]


def _verb(entry: LedgerEntry) -> str:
    return "correct" if entry.corrects_id else VERBS[LedgerEntry.Kind(entry.kind)]


def _steps(source: Source) -> list[tuple[str, str, Any, datetime]]:
    """The steps taken so far: verb, name, person, time."""
    steps = [
        ("seek_opinion", _("Opinion sought by"), source.sought_by, source.sought_at),
        ("give_opinion", _("Opinion given by"), source.opinion_by, source.opinion_at),
        ("make_effective", _("Put into effect by"), source.effective_by, source.effective_at),
    ]
    return [step for step in steps if step[2]]
