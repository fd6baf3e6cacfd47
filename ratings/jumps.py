"""Figures far from last year's: asked about, never refused (design §6–7). The rule knows no scheme; pure."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from django.utils.translation import gettext as _

from ratings.scheme.spec import Question
from records.numbers import plain

TIMES = Decimal(3)
"""A figure this many times last year's, or this small a part of it, is odd …"""
LEAST = Decimal(5)
"""… unless the two lie closer than this: one meeting missed instead of four is no slip of a finger."""
ASKED = ("count", "figure")


@dataclass(frozen=True)
class Jump:
    """From ``last`` year's figure to ``now``."""

    last: Decimal
    now: Decimal

    @property
    def words(self) -> str:
        """What is odd, as a question to the person who typed it."""
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


def jump(question: Question, now: Decimal | None, last: Decimal | None) -> Jump | None:
    """The jump between two years' answers to ``question``, if it is an odd one."""
    if question.kind not in ASKED or now is None or last is None or abs(now - last) < LEAST:
        return None
    small, large = sorted((abs(now), abs(last)))
    turned = now * last < 0
    return Jump(last, now) if turned or large >= TIMES * small else None
