"""What of all that the dashboard of a place counts has changed there since it was counted.

The proof is the feed of changes: every change of a row that counts has left a digest in the chain. One query of a few
rows says what a dashboard's own queries would take twenty times longer to find again.
"""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import NamedTuple

from django.db.models import Model

from followups.models import FollowUp
from incentives.models import Allocation, LedgerEntry, ProjectFund, Reward, RewardPolicy
from ratings.models import Application, Cycle, Decision, Event, Points, Reversal, Scheme, StarPeriod, Window
from ratings.models.decision_lifecycle import DecisionState
from records.kept_statements import rows_of
from records.proof import histories
from reports.models import TilePosition
from reviews.models import Appeal, Objection
from villages.models import Unit

MOST = 500
"""So many transactions later nothing is looked through: it is counted anew."""
_HERE = "(e.unit_id >= p.code and e.unit_id < p.upto or starts_with(p.code, e.unit_id))"
_OF_PLACES: dict[type[Model], str] = {
    **dict.fromkeys((Application, Cycle, Event, Scheme), _HERE),
    Decision: f"e.state in {DecisionState.WITH_DAYS.sql} and {_HERE}",
    **dict.fromkeys((Allocation, LedgerEntry, ProjectFund, Reward, RewardPolicy), _HERE),
    **dict.fromkeys((Appeal, Objection, TilePosition), _HERE),
    FollowUp: f"e.kind = 'rectification' and {_HERE}",
    Unit: _HERE.replace("unit_id", "code"),
}
"""What changes in one place, or above it for what is below."""
_ANYWHERE: tuple[type[Model], ...] = (Reversal, Window)
_PERIODS = StarPeriod
"""Counted instead: they are proved by what they follow from."""
WATCHED = frozenset[type[Model]]((*_OF_PLACES, *_ANYWHERE, Points, _PERIODS))
_POINTS = f"""when 'ratings_points' then c.operation = 'D' or exists (
    select from ratings_points q join ratings_decision e on e.application_id = q.application_id
    where q.id = c.key and e.state in {DecisionState.WITH_DAYS.sql} and {_HERE} offset 0
)"""
"""Of results; of an application under way nothing is shown that hangs on its points."""


class Look(NamedTuple):
    """How a place stood at the ``moment`` (as text) when it was looked at; ``hash``: in hex, of the link ``number``."""

    number: int
    hash: str
    periods: int
    superseded: int
    moment: str


def look(code: str, before: Look | None, now: datetime) -> tuple[Look | None, frozenset[type[Model]]]:
    """How the place ``code`` stands (None while nothing is proved), and of which models rows have changed there since
    ``before``: of all, where that cannot be said."""
    earlier = before or Look(0, "", 0, 0, now.isoformat())
    given = [code, code + "~", earlier.number, earlier.hash, datetime.fromisoformat(earlier.moment), now]
    for number, sealed, periods, superseded, relations in rows_of(_statement(), given):
        changed = WATCHED if relations is None else {model for model, name in _written().items() if name in relations}
        if (periods, superseded) != (earlier.periods, earlier.superseded):
            changed |= {_PERIODS}
        return Look(number, sealed, periods, superseded, now.isoformat()), frozenset(changed)
    return None, WATCHED


@cache
def _written() -> dict[type[Model], str]:
    """Where the changes of each model are written."""
    written = {tracked: history._meta.db_table for tracked, history in histories().items()}
    return {model: written[model] for model in (*_OF_PLACES, *_ANYWHERE)} | {Points: Points._meta.db_table}


@cache
def _statement() -> str:
    written = _written()
    concerned = [
        f"when '{table}' then exists (select from {table} e where e.pgh_id = c.key and {here} offset 0)"
        for table, here in ((written[model], here) for model, here in _OF_PLACES.items())
    ]
    return (
        Path(__file__)
        .with_suffix(".sql")
        .read_text(encoding="utf-8")
        .format(
            relations=", ".join(f"'{name}'" for name in written.values()),
            concerned=f"case c.relation {_POINTS} {' '.join(concerned)} else true end",
            most=MOST,
            due=written[FollowUp],
            closed=written[Window],
        )
    )
