"""What the lists of honours export to Excel: the same as their pages show."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from honours.models import Nomination, Round
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def rounds() -> list[SheetColumn]:
    return [
        SheetColumn(pgettext("of a thing", "Name"), lambda row: row.name, 30),
        SheetColumn(_("Level of the title"), Round.get_level_display, 12),
        SheetColumn(_("Run by"), lambda row: row.unit.name, 16),
        SheetColumn(_("Day whose stars count"), lambda row: row.day, 14),
        SheetColumn(_("State"), Round.get_state_display, 14),
        SheetColumn(_("Document of the naming"), lambda row: row.document, 24),
    ]


def nominations() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Star"), lambda row: row.star, 8),
        SheetColumn(_("State"), Nomination.get_state_display, 14),
        SheetColumn(_("Reason"), lambda row: row.reason, 40),
    ]


def candidates() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row),
        SheetColumn(_("Star on the day"), lambda row: row.star_then, 12),
        SheetColumn(_("Star now"), lambda row: row.star_now, 12),
        SheetColumn(_("What keeps it"), lambda row: " ".join(row.reasons), 60),
    ]


def eligibilities() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row[0].unit),
        SheetColumn(_("May be honoured"), lambda row: _("Yes") if row[0].eligible else _("No"), 12),
        SheetColumn(_("What keeps it"), lambda row: " ".join(row[1]), 60),
    ]


def answers() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("List for honours"), lambda row: row.selection.name, 30),
        SheetColumn(_("What for"), lambda row: row.purpose, 30),
        SheetColumn(_("May be honoured"), lambda row: _("Yes") if row.eligible else _("No"), 12),
        SheetColumn(_("Check code"), lambda row: row.code, 18),
        SheetColumn(_("Answered at"), lambda row: row.at, 20),
    ]
