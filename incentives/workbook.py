"""The list of a policy or fund as a workbook: one row per unit, the total below."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, BinaryIO

from django.conf import settings
from django.utils.translation import gettext as _

from incentives.listing import GrantRow
from incentives.models import Source
from records.excel_writer import ExcelSheet, open_workbook

MONEY = "#,##0.00"
WIDTHS = (16, 22, 22, 8, 12, 16, 16, 16, 40)


def write_list(source: Source, rows: Iterable[GrantRow], to: BinaryIO) -> None:
    with open_workbook(to) as book:
        sheet = ExcelSheet(book, _("List"), WIDTHS)
        sheet.worksheet.freeze_panes(4, 0)
        sheet.append([(source.name, "")], bold=True)
        state = _("%(county)s, %(year)s, %(state)s, filing number %(number)s") % {
            "county": source.unit.name,
            "year": source.year,
            "state": source.get_state_display(),
            "number": source.filing_number or "—",
        }
        sheet.append([(state, "")])
        sheet.append([(_("Demonstration data, unrelated to reality") if settings.DEMO else "", "")])
        heads = [_("Division code"), _("Unit"), _("Township"), _("Star"), _("Figure"), _("Amount")]
        heads += [_("Committed"), _("Disbursed"), _("Remark")]
        sheet.append([(head, "") for head in heads], bold=True)
        totals = [Decimal(0)] * 3
        for row in rows:
            amounts = [row.amount, row.committed, row.disbursed]
            totals = [total + (amount or 0) for total, amount in zip(totals, amounts, strict=True)]
            cells = [row.unit.code, row.unit.name, row.township, row.star, row.figure, *amounts, row.remark]
            sheet.append(_formed(cells))
        sheet.append(_formed([_("Total"), "", "", "", "", *totals]), bold=True)


def _formed(values: Iterable[Any]) -> list[tuple[Any, str]]:
    return [(value, MONEY if isinstance(value, Decimal) else "") for value in values]
