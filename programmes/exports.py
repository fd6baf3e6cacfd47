"""What the lists of programmes export to Excel: the same as their pages show."""

from django.utils.translation import gettext as _

from programmes.presenters import grade_name
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def results() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Grade"), lambda row: grade_name(row.grade), 12),
        SheetColumn(_("Total"), lambda row: row.total, 10),
    ]
