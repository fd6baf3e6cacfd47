"""What the lists of policies and funds export to Excel (one policy unit by unit: ``workbook.py``)."""

from django.utils.translation import gettext as _

from records.workbooks import SheetColumn

MONEY = "#,##0.00"


def sources() -> list[SheetColumn]:
    return [
        SheetColumn(_("Title"), lambda source: source.name, 30),
        SheetColumn(_("Year"), lambda source: source.year, 8),
        SheetColumn(_("County"), lambda source: source.unit.name),
        SheetColumn(_("State"), lambda source: source.get_state_display()),
        SheetColumn(_("Filing number"), lambda source: source.filing_number, 20),
        SheetColumn(_("Budget (yuan)"), lambda source: source.budget, 16, MONEY),
        SheetColumn(_("Committed"), lambda source: source.committed, 16, MONEY),
        SheetColumn(_("Disbursed"), lambda source: source.disbursed, 16, MONEY),
    ]
