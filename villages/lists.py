"""The Excel columns of the list of units."""

from django.utils.translation import gettext as _

from records.workbooks import Column
from villages.townships import unit_columns


def units() -> list[Column]:
    return [
        *unit_columns(lambda unit: unit),
        Column(_("Level"), lambda unit: unit.get_level_display()),
        Column(_("Rated"), lambda unit: _("Yes") if unit.rated else _("No"), 8),
        Column(_("Tags"), lambda unit: _(", ").join(unit.tags), 24),
    ]
