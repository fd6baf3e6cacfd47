"""What the lists of reviews export to Excel."""

from django.utils.translation import gettext as _

from records.workbooks import SheetColumn
from reviews.workflow.desk_rows import DeskRow
from villages.townships import unit_columns


def to_decide() -> list[SheetColumn]:
    def vetoes(row: DeskRow) -> str:
        return _(", ").join(row.vetoes)

    return [
        *unit_columns(lambda row: row.application.unit, _("Unit")),
        SheetColumn(_("Star applied for"), lambda row: row.application.applied_star, 10),
        SheetColumn(_("Total points"), lambda row: row.application.panel_total, 12, "0.00"),
        SheetColumn(_("Veto"), vetoes, 28),
        SheetColumn(_("Possible"), lambda row: row.ceiling.star, 10),
    ]


def batches() -> list[SheetColumn]:
    return [
        SheetColumn(_("Document"), lambda batch: batch.document, 28),
        SheetColumn(_("Unit"), lambda batch: batch.unit.name, 20),
        SheetColumn(_("Year"), lambda batch: batch.cycle.year, 8),
        SheetColumn(_("Meeting held on"), lambda batch: batch.met_on, 14),
        SheetColumn(_("Units"), lambda batch: batch.size, 10),
        SheetColumn(_("State"), lambda batch: batch.get_state_display()),
        SheetColumn(_("Public notice from"), lambda batch: batch.first_day, 14),
        SheetColumn(_("Public notice until"), lambda batch: batch.last_day, 14),
    ]


def appeals() -> list[SheetColumn]:
    return [
        *unit_columns(lambda one: one.unit, _("Unit")),
        SheetColumn(_("Reasons"), lambda one: one.reasons, 60),
        SheetColumn(_("Received"), lambda one: one.made_at, 20),
        SheetColumn(_("State"), lambda one: one.get_state_display()),
        SheetColumn(_("Answered"), lambda one: one.answered_at, 20),
        SheetColumn(_("Answer"), lambda one: one.answer, 60),
    ]


def objections() -> list[SheetColumn]:
    return [
        SheetColumn(_("Receipt number"), lambda one: one.receipt),
        *unit_columns(lambda one: one.unit, _("Unit")),
        SheetColumn(_("What is said"), lambda one: one.text, 60),
        SheetColumn(_("Received"), lambda one: one.made_at, 20),
        SheetColumn(_("State"), lambda one: one.get_state_display()),
        SheetColumn(_("Answered"), lambda one: one.answered_at, 20),
        SheetColumn(_("Answer"), lambda one: one.answer, 60),
    ]
