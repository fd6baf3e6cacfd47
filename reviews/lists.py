"""What the lists of reviews write into Excel."""

from django.utils.translation import gettext as _

from records.workbooks import Column
from reviews.desk_rows import Row
from villages.townships import unit_columns


def to_decide() -> list[Column]:
    def vetoes(row: Row) -> str:
        return _(", ").join(row.vetoes)

    return [
        *unit_columns(lambda row: row.application.unit, _("Village")),
        Column(_("Star applied for"), lambda row: row.application.applied_star, 10),
        Column(_("Total points"), lambda row: row.application.panel_total, 12, "0.00"),
        Column(_("Veto"), vetoes, 28),
        Column(_("Possible"), lambda row: row.ceiling.star, 10),
    ]


def batches() -> list[Column]:
    return [
        Column(_("Document"), lambda batch: batch.document, 28),
        Column(_("Unit"), lambda batch: batch.unit.name, 20),
        Column(_("Year"), lambda batch: batch.cycle.year, 8),
        Column(_("Meeting held on"), lambda batch: batch.met_on, 14),
        Column(_("Villages"), lambda batch: batch.size, 10),
        Column(_("State"), lambda batch: batch.get_state_display()),
        Column(_("Public notice from"), lambda batch: batch.first_day, 14),
        Column(_("Public notice until"), lambda batch: batch.last_day, 14),
    ]


def appeals() -> list[Column]:
    return [
        *unit_columns(lambda one: one.unit, _("Village")),
        Column(_("Reasons"), lambda one: one.reasons, 60),
        Column(_("Received"), lambda one: one.made_at, 20),
        Column(_("State"), lambda one: one.get_state_display()),
        Column(_("Answered"), lambda one: one.answered_at, 20),
        Column(_("Answer"), lambda one: one.answer, 60),
    ]


def objections() -> list[Column]:
    return [
        Column(_("Receipt number"), lambda one: one.receipt),
        *unit_columns(lambda one: one.unit, _("Village")),
        Column(_("What is said"), lambda one: one.text, 60),
        Column(_("Received"), lambda one: one.made_at, 20),
        Column(_("State"), lambda one: one.get_state_display()),
        Column(_("Answered"), lambda one: one.answered_at, 20),
        Column(_("Answer"), lambda one: one.answer, 60),
    ]
