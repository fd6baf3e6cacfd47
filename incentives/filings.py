"""The public register of filed policies and funds: what is filed or in effect, of all counties or of one."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import CharField, F, Q, QuerySet, Value
from django.utils import timezone

from incentives.models import ProjectFund, RewardPolicy, Source
from villages.models import matching

KINDS: dict[str, type[Source]] = {kind.PAGE: kind for kind in (RewardPolicy, ProjectFund)}


class Filing(NamedTuple):
    """``kind``: a key of ``KINDS``; amounts in yuan; ``attachment``: the document's name."""

    kind: str
    pk: int
    name: str
    county: str
    department: str | None
    number: str
    filed_at: datetime
    starts: date
    ends: date
    budget: Decimal
    disbursed: Decimal
    attachment: str | None

    @property
    def filed_on(self) -> date:
        return timezone.localdate(self.filed_at)


def filings(typed: str, county: str | None = None) -> QuerySet[Any]:
    """Rows of ``Filing``, the newest first: of ``county``, with ``typed`` in their name or as their place."""
    here = Q() if county is None else Q(unit=county)
    typed = typed.strip()
    if typed:
        here &= Q(name__contains=typed) | matching(typed, "unit__")
    found = [_rows(kind.objects.filter(here, state__in=Source.State.ON_FILE), kind) for kind in KINDS.values()]
    return found[0].union(*found[1:], all=True).order_by("-opinion_at", "kind", "-pk")


def _rows(sources: QuerySet[Any], kind: type[Source]) -> QuerySet[Any]:
    by = "department" if kind is ProjectFund else "written_by"
    return (
        sources.order_by()
        .annotate(kind=Value(kind.PAGE, output_field=CharField()), by_department=F(by))
        .values_list(
            "kind",
            "pk",
            "name",
            "unit__name",
            "by_department",
            "filing_number",
            "opinion_at",
            "starts",
            "ends",
            "budget",
            "disbursed",
            "attachment__name",
        )
    )
