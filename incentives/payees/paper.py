"""The voucher as an A4 paper with a check code and lines to sign."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from incentives.reconciling.statement import VoucherLine, VoucherState
from incentives.templatetags.money import yuan
from records.documents import Names, Signatures, Table, Text, document, issue
from villages.townships import Townships

WIDTHS = (0.5, 1.5, 1.7, 2.6, 1.3, 1.4)
"""Columns keep their place however long a name is: it wraps within its own cell."""


def voucher_paper(state: VoucherState, by: Any) -> bytes:
    voucher = state.voucher
    source = voucher.source
    title = _("Payment voucher")
    rows = _rows(state)
    content = {"voucher": voucher.pk, "document": voucher.document, "rows": rows, "total": str(state.total)}
    code = issue(title, content, unit=voucher.unit_id, by=by)
    units = ngettext("%(count)s unit", "%(count)s units", len(rows)) % {"count": len(rows)}
    names = [
        (_("Voucher number"), voucher.document),
        (_("Policy or fund"), source.name),
        (_("Filing number"), source.filing_number),
        (_("Booked"), f"{date_format(localtime(voucher.at), 'DATETIME_FORMAT')} · {voucher.by.name}"),
        (_("Sum"), _("%(total)s yuan, %(units)s") % {"total": yuan(state.total), "units": units}),
    ]
    if state.total != state.booked:
        names.append((_("Corrected since"), _("%s yuan had been confirmed") % yuan(state.booked)))
    blocks: list[Any] = [Names(names)]
    heads = [_("No."), _("Unit"), _("Township"), _("Account holder, bank"), _("Account"), _("Amount (yuan)")]
    blocks.append(Table(heads, [*rows, ["", _("Total"), "", "", "", yuan(state.total)]], WIDTHS, right=[0, 5]))
    blocks += [Text(words, quiet=True) for words in _left_off(state)]
    blocks.append(Signatures([_("Prepared by"), _("Checked by"), _("Approved by"), _("Paid by"), _("Received by")]))
    return document(title, blocks, place=voucher.unit.name, code=code)


def _left_off(state: VoucherState) -> list[str]:
    """Why some of it is not on the bank's list."""
    words = []
    if missing := len(state.without_account):
        words.append(
            ngettext(
                "%(count)s unit has no account: booked, but not on the bank's list.",
                "%(count)s units have no account: booked, but not on the bank's list.",
                missing,
            )
            % {"count": missing}
        )
    if replaced := len(state.replaced):
        words.append(
            ngettext(
                "The account of %(count)s unit has been replaced: not on the bank's list.",
                "The accounts of %(count)s units have been replaced: not on the bank's list.",
                replaced,
            )
            % {"count": replaced}
        )
    return words


def _rows(state: VoucherState) -> list[list[str]]:
    townships = Townships()
    return [_row(number, line, townships) for number, line in enumerate(state.lines, start=1)]


def _row(number: int, line: VoucherLine, townships: Townships) -> list[str]:
    account = line.account
    where = "\n".join([account.holder, account.bank]) if account else ""
    masked = account.masked if account else _("no account")
    return [str(number), line.unit.name, townships.of(line.unit.code), where, masked, yuan(line.amount)]
