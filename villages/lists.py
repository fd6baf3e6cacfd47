"""What the list of units writes into Excel."""

from django.utils.translation import gettext as _

from records.workbooks import Column


def units() -> list[Column]:
    return [
        Column(_("Division code"), lambda unit: unit.code),
        Column(_("Unit"), lambda unit: unit.name, 24),
        Column(_("Level"), lambda unit: unit.get_level_display()),
        Column(_("Rated"), lambda unit: _("Yes") if unit.rated else _("No"), 8),
        Column(_("Tags"), lambda unit: _(", ").join(unit.tags), 24),
    ]
