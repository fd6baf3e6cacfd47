"""The township that a unit belongs to, by name: it distinguishes villages of the same name in every list."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from records.kept_statements import rows_of
from records.workbooks import SheetColumn
from villages.models import Level, Unit

COUNTY, TOWNSHIP = 6, 9
MOST_TO_CHOOSE = 200
"""Maximum number of townships offered in a filter; with more, people search."""


# Every list runs these two: the query builder would take longer for them than the database does.
_OF_COUNTY = "select code, name from villages_unit where code >= %s and code < %s and level = any(%s)"
_TOWNSHIPS = "select code, name from villages_unit where level = %s and ({below}) order by code limit {most}"


class Townships(dict[str, str]):
    """Township code → name, and county code → name, loaded lazily per county, with one statement for each."""

    def __missing__(self, code: str) -> str:
        county = code[:COUNTY]
        self[code] = ""
        self.update(rows_of(_OF_COUNTY, [county, county + "~", [Level.TOWNSHIP.value, Level.COUNTY.value]]))
        return self[code]

    def of(self, code: str) -> str:
        """The name of the township that contains the unit of ``code``; "" if there is none."""
        return self[code[:TOWNSHIP]] if len(code) > TOWNSHIP else ""

    def above(self, code: str) -> str:
        """The same, and of a township the name of its county."""
        return self[code[:COUNTY]] if len(code) == TOWNSHIP else self.of(code)


def unit_columns(unit_of: Callable[[Any], Unit], name: str = "") -> list[SheetColumn]:
    """The columns that identify a unit in every workbook: code, township and name (headed ``name``)."""
    townships = Townships()
    return [
        SheetColumn(_("Division code"), lambda row: unit_of(row).code),
        SheetColumn(_("Township"), lambda row: townships.of(unit_of(row).code), 16),
        SheetColumn(name or _("Unit"), lambda row: unit_of(row).name, 24),
    ]


class Township(NamedTuple):
    code: str
    name: str


def to_choose(codes: list[str]) -> list[Township]:
    """The townships below ``codes`` for a filter: none where there is one at most, or more than one would read."""
    if not codes:
        return []
    below = " or ".join(["code >= %s and code < %s"] * len(codes))
    ranges = [end for code in codes for end in (code, code + "~")]
    query = _TOWNSHIPS.format(below=below, most=MOST_TO_CHOOSE + 1)
    found = [Township(*row) for row in rows_of(query, [Level.TOWNSHIP.value, *ranges])]
    return found if 1 < len(found) <= MOST_TO_CHOOSE else []
