"""Whether anything that the dashboard of a place counts has changed since it was counted.

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
from records.kept_statements import rows_of
from records.proof import histories
from reports.models import TilePosition
from reviews.models import Appeal, Objection
from villages.models import Unit

MOST = 500
"""So many transactions later nothing is looked through: it is counted anew."""
_HERE = "(e.unit_id >= p.code and e.unit_id < p.upto or starts_with(p.code, e.unit_id))"
_OF_PLACES: dict[type[Model], str] = {
    **dict.fromkeys((Application, Cycle, Decision, Event, Scheme), _HERE),
    **dict.fromkeys((Allocation, LedgerEntry, ProjectFund, Reward, RewardPolicy), _HERE),
    **dict.fromkeys((Appeal, Objection, TilePosition), _HERE),
    FollowUp: f"e.kind = 'rectification' and {_HERE}",
    Unit: _HERE.replace("unit_id", "code"),
}
"""What changes in one place, or above it for what is below."""
_ANYWHERE: tuple[type[Model], ...] = (Reversal, Window)
WATCHED: tuple[type[Model], ...] = (*_OF_PLACES, *_ANYWHERE, Points)
PERIODS = StarPeriod
"""Counted instead: they are proved by what they follow from."""
_POINTS = f"""when 'ratings_points' then c.operation = 'D' or exists (
    select from ratings_points q join ratings_application e on e.id = q.application_id where q.id = c.key and {_HERE}
)"""


class Look(NamedTuple):
    """How a place stood at the ``moment`` (as text) when it was looked at; ``hash``: in hex, of the link ``number``."""

    number: int
    hash: str
    periods: int
    superseded: int
    moment: str


def look(code: str, before: Look | None, now: datetime) -> tuple[Look | None, bool]:
    """How the place ``code`` stands, and whether nothing has changed since ``before``; None while nothing is proved."""
    earlier = before or Look(0, "", 0, 0, now.isoformat())
    given = [code, code + "~", earlier.number, earlier.hash, datetime.fromisoformat(earlier.moment), now]
    for number, sealed, periods, superseded, unchanged in rows_of(_statement(), given):
        seen = Look(number, sealed, periods, superseded, now.isoformat())
        return seen, unchanged and (periods, superseded) == (earlier.periods, earlier.superseded)
    return None, False


@cache
def _statement() -> str:
    written = {tracked: history._meta.db_table for tracked, history in histories().items()}
    concerned = [
        f"when '{written[model]}' then exists (select from {written[model]} e where e.pgh_id = c.key and {here})"
        for model, here in _OF_PLACES.items()
    ]
    relations = [Points._meta.db_table, *(written[model] for model in (*_OF_PLACES, *_ANYWHERE))]
    return (
        Path(__file__)
        .with_suffix(".sql")
        .read_text(encoding="utf-8")
        .format(
            relations=", ".join(f"'{name}'" for name in relations),
            concerned=f"case c.relation {_POINTS} {' '.join(concerned)} else true end",
            most=MOST,
        )
    )
