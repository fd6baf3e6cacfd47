"""The Excel columns of the list of units."""

from django.utils.translation import gettext as _

from records.workbooks import SheetColumn
from villages.townships import unit_columns


def units() -> list[SheetColumn]:
    return [
        *unit_columns(lambda unit: unit),
        SheetColumn(_("Level"), lambda unit: unit.get_level_display()),
        SheetColumn(_("Rated"), lambda unit: _("Yes") if unit.rated else _("No"), 8),
        SheetColumn(_("Tags"), lambda unit: _(", ").join(unit.tags), 24),
    ]
