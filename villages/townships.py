"""The township that a unit belongs to, by name: it distinguishes villages of the same name in every list."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from records.workbooks import SheetColumn
from villages.models import Level, Unit, UnitQuerySet, below_any

COUNTY, TOWNSHIP = 6, 9
MOST_TO_CHOOSE = 200
"""Maximum number of townships offered in a filter; with more, people search."""


_OF_COUNTY = "select code, name from villages_unit where code >= %s and code < %s and level = any (%s)"
"""Written out: nearly every page asks for it, and building it takes longer than running it."""


class Townships(dict[str, str]):
    """Township code → name, and county code → name, loaded lazily per county, with one statement for each."""

    def __missing__(self, code: str) -> str:
        self[code] = ""
        with connection.cursor() as cursor:
            cursor.execute(_OF_COUNTY, [code[:COUNTY], code[:COUNTY] + "~", [Level.TOWNSHIP, Level.COUNTY]])
            self.update(cursor.fetchall())
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


def to_choose(codes: list[str]) -> UnitQuerySet | list[Unit]:
    """The townships below ``codes`` for a filter: none where there is one at most, or more than one would read."""
    found = Unit.objects.filter(below_any(codes), level=Level.TOWNSHIP).order_by("code")[: MOST_TO_CHOOSE + 1]
    return found if 1 < len(found) <= MOST_TO_CHOOSE else []
