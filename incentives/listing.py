"""The list of a policy or fund, unit by unit: what was or would be granted. Page and workbook share it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from incentives.models import GrantLine
from incentives.prospects import Prospect
from villages.models import Unit
from villages.townships import Townships


@dataclass(frozen=True)
class GrantRow:
    """Amounts in yuan; None where unknown (``remark`` says why). ``line`` once it was granted."""

    unit: Unit
    townships: Townships
    star: int
    figure: int | None
    amount: Decimal | None
    committed: Decimal
    disbursed: Decimal
    remark: str = ""
    line: GrantLine | None = None

    @property
    def township(self) -> str:
        return self.townships.of(self.unit.code)


def rows_of(entries: Iterable[GrantLine | Prospect]) -> list[GrantRow]:
    """``entries`` come with their unit."""
    townships = Townships()
    return [_row(entry, townships) for entry in entries]


def _row(entry: GrantLine | Prospect, townships: Townships) -> GrantRow:
    if isinstance(entry, Prospect):
        nothing, remark = Decimal(0), entry.problem or entry.remark
        return GrantRow(entry.unit, townships, entry.star, entry.figure, entry.amount, nothing, nothing, remark)
    remark = _("payment stopped: the star has fallen") if entry.frozen else ""
    amounts = (entry.amount, entry.committed, entry.disbursed)
    return GrantRow(entry.unit, townships, entry.star, entry.figure, *amounts, remark, entry)
