"""Outliers: figures far from what was expected, queried but never refused. Pure; any kind of figure."""

from collections.abc import Collection
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from records.numbers import plain

TIMES = Decimal(3)
"""A figure is an outlier if it is this many times the other, or this fraction of it …"""
LEAST = Decimal(5)
"""… unless the two are closer than this: one missed meeting instead of four is no typing error."""
FEW = 3
"""Minimum number of figures to compare with; of more than five, the two extremes may be errors themselves."""


@dataclass(frozen=True)
class Jump:
    """From ``last`` year's figure to ``now``."""

    last: Decimal
    now: Decimal

    @property
    def words(self) -> str:
        """The question to ask the person who typed it."""
        if not self.last:
            return _("Last year it was 0: is that right?")
        if not self.now:
            return _("Last year it was %s, now 0: is that right?") % plain(self.last)
        if (self.now < 0) != (self.last < 0):
            return _("Last year it was %s: is that right?") % plain(self.last)
        up = abs(self.now) > abs(self.last)
        times = self.now / self.last if up else self.last / self.now
        rounded = plain(times.quantize(Decimal(1) if times >= 10 else Decimal("0.1"), ROUND_HALF_UP))
        if up:
            return _("%s times last year's: is that right?") % rounded
        return _("Last year it was %s times as much: is that right?") % rounded


@dataclass(frozen=True)
class Outlier:
    """A figure far outside those of other units, which range from ``low`` to ``high``."""

    low: Decimal
    high: Decimal

    @property
    def words(self) -> str:
        values = {"low": plain(self.low), "high": plain(self.high)}
        return _("Elsewhere it is %(low)s to %(high)s: is that right?") % values


Odd = Jump | Outlier


def jump(now: Decimal | None, last: Decimal | None) -> Jump | None:
    """The jump between the figures of two years, if it is an outlier."""
    return Jump(last, now) if now is not None and last is not None and _far(now, last) else None


def outlier(now: Decimal | None, others: Collection[Decimal], times: Decimal = TIMES) -> Outlier | None:
    """How far ``now`` is outside the figures of ``others``, if it is an outlier: ``times`` their highest or lowest."""
    if now is None or len(others) < FEW:
        return None
    inner = sorted(others)[1:-1] if len(others) > FEW + 2 else sorted(others)
    low, high = inner[0], inner[-1]
    far = (now < low and _far(now, low, times)) or (now > high and _far(now, high, times))
    return Outlier(low, high) if far else None


def _far(one: Decimal, other: Decimal, times: Decimal = TIMES) -> bool:
    small, large = sorted((abs(one), abs(other)))
    return abs(one - other) >= LEAST and (one * other < 0 or large >= times * small)
