"""What the lists of improvement plans export to Excel: the same as their pages show."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from improvements.models import Plan
from records.workbooks import SheetColumn
from villages.townships import unit_columns


def plans() -> list[SheetColumn]:
    return [
        *unit_columns(lambda row: row.unit),
        SheetColumn(_("Year"), lambda row: row.year, 8),
        SheetColumn(_("Why"), Plan.get_cause_display, 18),
        SheetColumn(_("Star before"), lambda row: row.star_before, 10),
        SheetColumn(_("Star"), lambda row: row.star, 8),
        SheetColumn(_("Points before"), lambda row: row.decision.total, 10),
        SheetColumn(_("State"), Plan.get_state_display, 12),
        SheetColumn(_("Late"), lambda row: _("Yes") if row.is_late else "", 8),
        SheetColumn(_("Helper unit"), lambda row: row.helper, 24),
        SheetColumn(_("Person in charge at the helper"), lambda row: row.person.name if row.person else "", 14),
        SheetColumn(_("Money (yuan)"), lambda row: row.money, 14),
        SheetColumn(_("Begun"), lambda row: row.begun_on, 14),
        SheetColumn(_("To be done by"), lambda row: row.due, 14),
        SheetColumn(_("Closed"), lambda row: row.closed_at, 20),
        SheetColumn(_("Points the year after"), lambda row: row.after_total, 10),
        SheetColumn(_("Star the year after"), lambda row: row.after_star, 8),
    ]


def measures() -> list[SheetColumn]:
    return [
        SheetColumn(_("Criterion"), lambda row: row.criterion, 10),
        SheetColumn(pgettext("of a thing", "Name"), lambda row: row.name, 30),
        SheetColumn(_("Measure"), lambda row: row.text, 50),
        SheetColumn(_("Plans"), lambda row: row.plans, 8),
        SheetColumn(_("Passed"), lambda row: row.passed, 8),
        SheetColumn(_("With a next result"), lambda row: row.known, 12),
        SheetColumn(_("Points gained on average"), lambda row: row.gain, 14),
    ]
