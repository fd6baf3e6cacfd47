"""What helped: which measures were taken, and what their criteria gained in the next result."""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from django.db import connection

from improvements.models import PlanQuerySet
from ratings.scoring.methods import half_up

_SQL = Path(__file__).with_name("what_helped.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Helped:
    """A measure (``measure``: the first that says so): in ``plans`` plans, ``passed`` of which passed; ``known``: how
    many have a next result, which gained ``gain`` points in that criterion on average."""

    county: str
    criterion: str
    name: str
    text: str
    measure: int
    plans: int
    passed: int
    known: int
    gain: Decimal | None


def what_helped(plans: PlanQuerySet) -> list[Helped]:
    """The measures of ``plans`` that were agreed, what gained most first; two queries."""
    ids = list(plans.order_by().values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute(_SQL, {"plans": ids})
        rows = cursor.fetchall()
    return [Helped(*row, gain=None if gain is None else half_up(gain)) for *row, gain in rows]
