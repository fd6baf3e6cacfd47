"""Rewards and project money of a unit at a glance, for those who pay: what is due, paid, frozen, left, and whose turn
it is.

The amounts by star and by place are those of the dashboard's question ``money``: each opens the same list.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Count, F, QuerySet, Sum
from django.db.models.functions import ExtractMonth
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import Totals, asked
from incentives.models import Clawback, LedgerEntry, ProjectFund, RewardPolicy, Source
from incentives.models.ledger import NET, Total
from incentives.turns import Turn, turn_of
from records.kept_statements import rows_of
from reports import charts
from reports.charts import Bar, percent, query, yuan
from reports.findings import AsOf, CountedRow, counted
from villages.models import Unit, below

HIGH = 24
"""How high the highest bar of a month is."""


SHOWN = 8


class OpenClawbacks(NamedTuple):
    """How many wait for a decision, for how much money, and the first of them."""

    count: int
    amount: Decimal
    shown: list[Clawback]


@dataclass(frozen=True)
class MoneyYear:
    """The policies and funds of a year together; amounts in yuan."""

    year: int
    budget: Decimal
    committed: Decimal
    disbursed: Decimal

    @property
    def left(self) -> Decimal:
        """Not committed yet."""
        return self.budget - self.committed

    @property
    def paid_share(self) -> int:
        return percent(self.disbursed, self.committed)


@dataclass(frozen=True)
class MoneyPlace:
    """What is due to one place below; amounts in yuan, ``query`` opens the list of it."""

    name: str
    count: int
    due: Decimal
    paid: Decimal
    frozen: Decimal
    query: str

    @property
    def unpaid(self) -> Decimal:
        return self.due - self.paid - self.frozen


@dataclass(frozen=True)
class MoneySource:
    """A policy or fund, and whose turn it is; nothing where nothing has to be done."""

    source: Source
    turn: Turn | None


class MoneyOverview:
    """What ``user`` may see of the money of ``unit``, today."""

    def __init__(self, unit: Unit, user: User) -> None:
        self.unit, self.user, self.seen = unit, user, AsOf(unit, timezone.localdate())
        rows = counted(self.seen, ["money"])
        self.money = charts.money(rows) if rows else None
        self.places = _places(rows, unit)
        found = [
            source for model in (RewardPolicy, ProjectFund) for source in asked(_sources, user, unit.code, model=model)
        ]
        self.years = _years(found)
        latest = max((one.year for one in found), default=0)
        self.sources = [MoneySource(one, turn) for one in found if (turn := turn_of(one)) or one.year == latest]
        ((count, amount),) = asked(_waiting, user, unit.code)
        self.clawbacks = OpenClawbacks(count, amount, asked(_oldest, user, unit.code))
        self.months = self._months()

    @property
    def waiting(self) -> int:
        """How many policies and funds wait for somebody."""
        return sum(bool(one.turn and not one.turn.since) for one in self.sources)

    @property
    def paid_this_year(self) -> str:
        return yuan(sum((bar.figure for bar in self.months), Decimal(0)))

    @property
    def years_heading(self) -> str:
        """What is left of the latest year, and how much of what the years before promised is paid."""
        latest, *before = self.years
        words = _("Of the budget of %(year)s %(left)s yuan are left") % {"year": latest.year, "left": yuan(latest.left)}
        paid = [_("%(share)s%% of %(year)s") % {"year": one.year, "share": one.paid_share} for one in before[:2]]
        return words + (_("; paid of what was committed: %s") % _(", ").join(paid) if paid else "")

    def _months(self) -> list[Bar]:
        """What was paid in each month of the year, net of what was claimed back."""
        begin = timezone.make_aware(datetime(self.seen.day.year, 1, 1))
        paid = dict(asked(_paid_since, self.user, self.unit.code, begin))
        most = max((abs(amount) for amount in paid.values()), default=Decimal(0)) or Decimal(1)
        return [
            Bar(
                "tone",
                str(month),
                0,
                0,
                round(float(HIGH * max(amount, Decimal(0)) / most), 1),
                query("payments", a=month),
                amount,
            )
            for month in range(1, self.seen.day.month + 1)
            for amount in [paid.get(month, Decimal(0))]
        ]


def _sources(user: User, code: str, *, model: type[Source]) -> QuerySet[Source]:
    found = model.objects.with_facts().seen_by(user).filter(below(code, "unit_id"))
    return found.select_related("unit").order_by(F("year").desc(), "unit", "pk")


def _open(code: str) -> QuerySet[Clawback]:
    return Clawback.objects.filter(below(code, "unit_id"), state=Clawback.State.OPEN)


def _waiting(_user: User, code: str) -> Totals:
    return Totals(_open(code), {"n": Count("pk"), "amount": Sum("amount", default=Decimal(0))})


def _oldest(_user: User, code: str) -> QuerySet[Clawback]:
    waiting = _open(code).select_related("unit", "reward__policy", "allocation__fund")
    return waiting.order_by("proposed_at", "pk")[:SHOWN]


def _paid_since(_user: User, code: str, begin: datetime) -> QuerySet[Any]:
    entries = LedgerEntry.objects.filter(below(code, "unit_id"), at__gte=begin).behind(Total.DISBURSED)
    return entries.order_by().values(month=ExtractMonth("at")).annotate(net=Sum(NET)).values_list("month", "net")


def _years(sources: list[Source]) -> list[MoneyYear]:
    sums: dict[int, list[Decimal]] = defaultdict(lambda: [Decimal(0)] * 3)
    for one in sources:
        amounts = (one.budget, one.committed, one.disbursed)
        sums[one.year] = [a + b for a, b in zip(sums[one.year], amounts, strict=True)]
    return [MoneyYear(year, *summed) for year, summed in sorted(sums.items(), reverse=True)]


def _places(rows: list[CountedRow], unit: Unit) -> list[MoneyPlace]:
    """By the unit one level below; those to which most is still to be paid come first."""
    by_place = defaultdict(list)
    for row in rows:
        by_place[row.place].append(row)
    names = dict(rows_of("select code, name from villages_unit where code = any(%s)", [list(by_place)]))
    places = [
        MoneyPlace(
            names.get(code, code),
            sum(row.count for row in own),
            sum((row.m for row in own), Decimal(0)),
            sum((row.n for row in own), Decimal(0)),
            sum((row.m - row.n for row in own if row.c == "frozen"), Decimal(0)),
            query("money", place=code),
        )
        for code, own in sorted(by_place.items())
        if code != unit.code
    ]
    return sorted(places, key=lambda place: -place.unpaid)
