"""The rows of the ledger behind a figure on another page: of a village, of a voucher, of one of the totals."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.http import Http404
from django.shortcuts import get_object_or_404

from incentives.models import LedgerEntry, Source, Voucher
from incentives.models.ledger import LedgerQuerySet, Total
from villages.models import Unit

Kind = LedgerEntry.Kind


class _Address(forms.Form):
    village = forms.CharField(max_length=12, required=False)
    voucher = forms.IntegerField(required=False, min_value=1, max_value=2**63 - 1)
    total = forms.ChoiceField(choices=Total.choices, required=False)


@dataclass(frozen=True)
class LedgerPart:
    """The whole ledger where nothing is given."""

    village: Unit | None = None
    voucher: Voucher | None = None
    total: Total | None = None

    @property
    def is_whole(self) -> bool:
        return not (self.village or self.voucher or self.total)

    def of(self, entries: LedgerQuerySet) -> LedgerQuerySet:
        if self.village:
            entries = entries.filter(unit=self.village)
        if self.voucher:
            entries = entries.filter(Q(key=self.voucher.key, kind=Kind.DISBURSE) | Q(corrects__in=self.voucher.entries))
        return entries.behind(self.total) if self.total else entries

    def sum_of(self, entries: LedgerQuerySet) -> Decimal | None:
        """The figure that its ``entries`` make up; none where committed and paid stand side by side."""
        if not (self.voucher or self.total):
            return None
        return entries.net()


def part_or_404(given: Mapping[str, str], source: Source, user: Any) -> LedgerPart:
    """The part that an address names; what ``source`` does not know is a 404."""
    form = _Address(given)
    if not form.is_valid():
        raise Http404
    village, voucher, total = (form.cleaned_data[name] for name in ("village", "voucher", "total"))
    granted = Unit.objects.filter(pk__in=source.lines.values("unit"))
    return LedgerPart(
        get_object_or_404(granted, pk=village) if village else None,
        get_object_or_404(Voucher.objects.seen_by(user).of(source), pk=voucher) if voucher else None,
        Total(total) if total else None,
    )
