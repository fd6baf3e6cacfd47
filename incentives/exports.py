"""What the lists of policies and funds export to Excel (one policy unit by unit: ``workbook.py``)."""

from django.utils.translation import gettext as _

from records.workbooks import SheetColumn

MONEY = "#,##0.00"


def sources() -> list[SheetColumn]:
    return [
        SheetColumn(_("Title"), lambda source: source.name, 30),
        SheetColumn(_("Year"), lambda source: source.year, 8),
        SheetColumn(_("County"), lambda source: source.unit.name),
        SheetColumn(_("Department"), lambda source: source.of_department or _("Finance"), 20),
        SheetColumn(_("State"), lambda source: source.get_state_display()),
        SheetColumn(_("Filing number"), lambda source: source.filing_number, 20),
        SheetColumn(_("Budget (yuan)"), lambda source: source.budget, 16, MONEY),
        SheetColumn(_("Committed"), lambda source: source.committed, 16, MONEY),
        SheetColumn(_("Disbursed"), lambda source: source.disbursed, 16, MONEY),
    ]


def payees() -> list[SheetColumn]:
    """Account numbers are exported with their last digits only."""
    return [
        SheetColumn(_("Division code"), lambda row: row.unit.code, 16),
        SheetColumn(_("Unit"), lambda row: row.unit.name, 22),
        SheetColumn(_("Account holder"), lambda row: row.account and row.account.holder, 30),
        SheetColumn(_("Bank and branch"), lambda row: row.account and row.account.bank, 30),
        SheetColumn(_("Account"), lambda row: row.account.masked if row.account else _("no account"), 16),
        SheetColumn(_("Waits to be confirmed"), lambda row: row.waiting and row.waiting.masked, 16),
    ]


def vouchers() -> list[SheetColumn]:
    return [
        SheetColumn(_("Voucher number"), lambda one: one.document, 24),
        SheetColumn(_("Policy or fund"), lambda one: one.source.name, 30),
        SheetColumn(_("Department"), lambda one: one.source.of_department or _("Finance"), 20),
        SheetColumn(_("County"), lambda one: one.unit.name),
        SheetColumn(_("Time"), lambda one: one.at, 20),
        SheetColumn(_("By"), lambda one: one.by.name),
        SheetColumn(_("Bank's list taken at"), lambda one: one.listed_at, 20),
        SheetColumn(_("Differences without an explanation"), lambda one: one.unexplained, 16),
    ]


def reconciliation() -> list[SheetColumn]:
    return [
        SheetColumn(_("Division code"), lambda row: row.code, 16),
        SheetColumn(_("Unit"), lambda row: row.name, 22),
        SheetColumn(_("Booked"), lambda row: row.difference.booked, 16, MONEY),
        SheetColumn(_("Paid"), lambda row: row.difference.paid, 16, MONEY),
        SheetColumn(_("Finding"), lambda row: row.finding, 24),
        SheetColumn(_("Difference"), lambda row: row.why, 50),
        SheetColumn(_("Explanation"), lambda row: row.explanation and row.explanation.text, 50),
    ]
