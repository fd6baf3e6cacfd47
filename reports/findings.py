"""The questions that a dashboard answers, each one query (``questions/*.sql``): a picture counts its rows, the list
that a figure opens shows the same rows, so that a count and the length of its list cannot differ.

A row is one thing that happened to one unit: ``a``, ``b`` and ``c`` say of which kind it is (what they mean stands in
the file), ``n`` and ``m`` are its amounts. All are as of a day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from records.kept_statements import named_rows_of
from villages.models import CODE_LENGTHS, Unit

_FOLDER = Path(__file__).parent / "questions"
PICTURED = ("stars", "events", "disputes", "money", "losses", "gap")
"""The questions that a dashboard counts."""
LISTED_ALONE = ("moves", "open", "grants", "payments", "clawbacks")
"""Those whose rows are behind figures counted elsewhere: the board, the ledger."""
FACETS = ("a", "b", "c")


def _read(name: str) -> str:
    return (_FOLDER / f"{name}.sql").read_text(encoding="utf-8")


_PARTS = {name: _read(name) for name in ("standing", "grants", "points_behind", "full_marks")}
QUESTIONS = {name: _read(name).format(**_PARTS) for name in PICTURED + LISTED_ALONE}
_DECIDED = f"with decided as ({_read('decided')}) "
"""The database keeps what it finds where it is asked for twice; for one question alone it leaves out what that does not
read."""
_COUNTED = """
    select '{question}' as question, left(i.unit, %(digits)s::int) as place, i.a, i.b, i.c,
           count(*), sum(i.n), sum(i.m), min(i.since)
    from ({sql}) i group by 2, 3, 4, 5
"""
_COUNTS = {name: _COUNTED.format(question=name, sql=QUESTIONS[name]) for name in PICTURED} | {
    "stars": _read("stars_counted").format(**_PARTS),
    "losses": _read("losses_counted").format(**_PARTS),
    "losses_seen": _read("losses_seen").format(**_PARTS),
}
_LISTED = """
    select i.unit, u.name, i.a, i.b, i.c, i.n, i.m, i.since, i.subject
    from ({sql}) i join villages_unit u on u.code = i.unit
    where i.unit >= %(place)s and i.unit < %(place_end)s {where}
    order by i.n desc, i.since desc nulls last, i.unit, i.a, i.b
"""


Chosen = Mapping[str, list[str]]
"""For a facet of a question the values that are counted; a facet that is not there is not asked about."""


@dataclass(frozen=True)
class AsOf:
    """A unit as of a day; on the present day, as of this moment."""

    unit: Unit
    day: date

    @property
    def is_today(self) -> bool:
        return self.day == timezone.localdate()

    @property
    def heading(self) -> str:
        """What a column of figures as of this day is called."""
        return _("Today") if self.is_today else date_format(self.day, "DATE_FORMAT")

    @property
    def until(self) -> datetime:
        """What happened before this moment counts."""
        return timezone.make_aware(datetime.combine(self.day + timedelta(days=1), time.min))

    @property
    def moment(self) -> datetime:
        """Deadlines until this moment are over: now, or the end of a past day."""
        return min(self.until - timedelta(microseconds=1), timezone.now())

    @property
    def and_day(self) -> str:
        """What the address of a list says of the day."""
        return "" if self.is_today else f"&day={self.day:%Y-%m-%d}"

    @property
    def digits(self) -> int:
        """How long the codes of the units one level below are."""
        return next((n for n in CODE_LENGTHS if n > len(self.unit.code)), len(self.unit.code))

    @property
    def parameters(self) -> dict[str, Any]:
        return {
            "code": self.unit.code,
            "end": self.unit.code + "~",
            "day": self.day,
            "today": self.is_today,
            "year": self.day.year,
            "begin": timezone.make_aware(datetime(self.day.year, 1, 1)),
            "until": self.until,
            "moment": self.moment,
            "digits": self.digits,
        }


class CountedRow(NamedTuple):
    """``count`` rows of a question that are alike, in the ``place`` one level below the unit ("" of stars: in all of
    them); ``since``: the oldest."""

    question: str
    place: str
    a: str
    b: str
    c: str
    count: int
    n: Decimal
    m: Decimal
    since: date | None


class ListedRow(NamedTuple):
    """One row of a question; ``subject`` is the key of what it is about, where that has a page."""

    unit: str
    name: str
    a: str
    b: str
    c: str
    n: Decimal
    m: Decimal
    since: date | None
    subject: str


def counted(seen: AsOf, questions: Iterable[str]) -> list[CountedRow]:
    """The counts of all ``questions``, in one statement."""
    parts = " union all ".join(f"({_COUNTS[question]})" for question in questions)
    return [CountedRow(*row) for row in named_rows_of(_whole(parts), seen.parameters)] if parts else []


def listed(seen: AsOf, question: str, chosen: Chosen, place: str = "") -> list[ListedRow]:
    """The rows of one question with the ``chosen`` facets, in ``place`` below the unit; most affected first."""
    where = "".join(f" and i.{facet} = any(%(chosen_{facet})s)" for facet in FACETS if facet in chosen)
    parameters: dict[str, Any] = {f"chosen_{facet}": values for facet, values in chosen.items()}
    inside = place if place.startswith(seen.unit.code) else seen.unit.code
    parameters |= seen.parameters | {"place": inside, "place_end": inside + "~"}
    with connection.cursor() as cursor:
        cursor.execute(_whole(_LISTED.format(sql=QUESTIONS[question], where=where)), parameters)
        return [ListedRow(*row) for row in cursor.fetchall()]


def _whole(sql: str) -> str:
    """With the results that several questions are about, found once for all of them."""
    return _DECIDED + sql if "from decided" in sql else sql
