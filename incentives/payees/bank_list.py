"""The bank's list of a voucher as a workbook: whom to pay, to which account, how much. It holds whole account numbers.

Codes and numbers are text cells; what people typed stays text even when it looks like a formula.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from incentives.payees.accounts import number_of
from incentives.reconciling.sheet import heads
from incentives.reconciling.statement import ListedLine, VoucherLine, VoucherState
from records.excel_writer import TEXT, ExcelSheet, open_workbook

MONEY = "#,##0.00"
WIDTHS = (8, 30, 28, 36, 16, 40, 18)


def write_bank_list(state: VoucherState, to: BinaryIO) -> None:
    """One sheet to pay from, with its total; others with what has no account, or one that was replaced."""
    with open_workbook(to) as book:
        sheet = ExcelSheet(book, _("To pay"), WIDTHS)
        _head(sheet, state)
        sheet.worksheet.freeze_panes(sheet.rows + 1, 0)
        head = heads()
        columns = [_("No."), _("Account holder"), head.number, _("Bank and branch"), head.amount, _("Purpose")]
        sheet.append([(name, "") for name in [*columns, head.code]], bold=True)
        for number, line in enumerate(state.listed, start=1):
            sheet.append(_cells(number, line, state.voucher.source.name))
        sheet.append([(_("Total"), ""), ("", ""), ("", ""), ("", ""), (_sum(state.listed), MONEY)], bold=True)
        for name, why, lines in (
            (_("No account"), _("Booked, but without an account: the bank does not pay these."), state.without_account),
            (
                _("Account replaced"),
                _("Their account is no longer in force: the bank does not pay these."),
                state.replaced,
            ),
        ):
            if lines:
                _write_left_off(ExcelSheet(book, name, WIDTHS[:5]), state, lines, why)


def _head(sheet: ExcelSheet, state: VoucherState) -> None:
    voucher = state.voucher
    sheet.append([(_("Voucher %s") % voucher.document, "")], bold=True)
    sheet.append([(f"{voucher.unit.name} · {voucher.source.name}", "")])
    if settings.DEMO:
        sheet.append([(_("Demonstration data, unrelated to reality"), "")])


def _cells(number: int, line: ListedLine, purpose: str) -> list[tuple[object, str]]:
    account = line.account
    return [
        (number, ""),
        (account.holder, TEXT),
        (number_of(account), TEXT),
        (account.bank, TEXT),
        (line.due, MONEY),
        (purpose, TEXT),
        (line.unit.code, TEXT),
    ]


def _write_left_off(sheet: ExcelSheet, state: VoucherState, lines: list[VoucherLine], why: str) -> None:
    _head(sheet, state)
    sheet.append([(why, "")])
    sheet.append([(name, "") for name in (_("No."), _("Unit"), _("Division code"), "", _("Amount"))], bold=True)
    for number, line in enumerate(lines, start=1):
        sheet.append([(number, ""), (line.unit.name, TEXT), (line.unit.code, TEXT), ("", ""), (line.due, MONEY)])
    sheet.append([(_("Total"), ""), ("", ""), ("", ""), ("", ""), (_sum(lines), MONEY)], bold=True)


def _sum(lines: Iterable[VoucherLine]) -> Decimal:
    return sum((line.due for line in lines), Decimal(0))
