"""What the lists of policies and funds write into Excel (one policy unit by unit: ``workbook.py``)."""

from django.utils.translation import gettext as _

from records.workbooks import Column

MONEY = "#,##0.00"


def sources() -> list[Column]:
    return [
        Column(_("Title"), lambda source: source.name, 30),
        Column(_("Year"), lambda source: source.year, 8),
        Column(_("County"), lambda source: source.unit.name),
        Column(_("State"), lambda source: source.get_state_display()),
        Column(_("Filing number"), lambda source: source.filing_number, 20),
        Column(_("Budget (yuan)"), lambda source: source.budget, 16, MONEY),
        Column(_("Committed"), lambda source: source.committed, 16, MONEY),
        Column(_("Disbursed"), lambda source: source.disbursed, 16, MONEY),
    ]
