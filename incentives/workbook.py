"""The list of a policy or fund as a workbook (openpyxl, write-only): one row per unit, the total below."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _
from openpyxl import Workbook

from incentives.listing import GrantRow
from incentives.models import Source
from records.workbooks import cell

MONEY = "#,##0.00"
WIDTHS = (16, 22, 22, 8, 12, 16, 16, 16, 40)


def write_list(source: Source, rows: Iterable[GrantRow], to: BinaryIO) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_("List"))
    sheet.freeze_panes = "A5"
    for place, width in enumerate(WIDTHS):
        sheet.column_dimensions["ABCDEFGHI"[place]].width = width
    sheet.append([cell(sheet, source.name, bold=True)])
    state = _("%(county)s, %(year)s, %(state)s, filing number %(number)s") % {
        "county": source.unit.name,
        "year": source.year,
        "state": source.get_state_display(),
        "number": source.filing_number or "—",
    }
    sheet.append([cell(sheet, state)])
    sheet.append([cell(sheet, _("Demonstration data, unrelated to reality") if settings.DEMO else "")])
    heads = [_("Division code"), _("Unit"), _("Township"), _("Star"), _("Figure"), _("Amount")]
    heads += [_("Committed"), _("Disbursed"), _("Remark")]
    sheet.append([cell(sheet, head, bold=True) for head in heads])
    totals = [Decimal(0)] * 3
    for row in rows:
        amounts = [row.amount, row.committed, row.disbursed]
        totals = [total + (amount or 0) for total, amount in zip(totals, amounts, strict=True)]
        cells = [row.unit.code, row.unit.name, row.township, row.star, row.figure, *amounts, row.remark]
        sheet.append([cell(sheet, value, form=_form(value)) for value in cells])
    sheet.append([cell(sheet, value, form=_form(value), bold=True) for value in [_("Total"), "", "", "", "", *totals]])
    book.save(to)


def _form(value: Any) -> str:
    return MONEY if isinstance(value, Decimal) else ""
