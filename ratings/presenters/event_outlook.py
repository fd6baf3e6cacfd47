"""What recording or releasing an event would do, in words: for the page, a line of a sheet, the API."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from ratings.events.effects import rule_words
from ratings.events.forecast import ForeseenRule, StarForecast, StarShift
from ratings.models import Scheme
from villages.models import Unit


@dataclass(frozen=True)
class OutlookRule:
    words: str
    automatic: bool
    since: date
    until: date | None


@dataclass(frozen=True)
class EventOutlook:
    """``shifts``: lines such as "Four stars → Two stars, from 28 November 2026 until …"; ``proposed``: the same when
    what waits for a decision is confirmed as well."""

    rules: list[OutlookRule]
    shifts: list[str]
    proposed: list[str]

    @property
    def moves(self) -> bool:
        return bool(self.shifts or self.proposed)


def in_words(outlook: StarForecast, unit: Unit) -> EventOutlook:
    scheme = Scheme.objects.filter(pk=outlook.scheme).first()
    return EventOutlook(
        [_rule(rule, scheme) for rule in outlook.rules] if scheme else [],
        shift_words(outlook.shifts, unit),
        shift_words(outlook.proposed, unit),
    )


def shift_words(shifts: Sequence[StarShift], unit: Unit) -> list[str]:
    """Each shift in a line; a unit other than ``unit``, which took over from it, is named."""
    others = {shift.unit for shift in shifts} - {unit.pk}
    names = dict(Unit.objects.filter(pk__in=others).values_list("code", "name")) if others else {}
    return [(f"{names[shift.unit]}{_(': ')}" if shift.unit in names else "") + _one(shift) for shift in shifts]


def _one(shift: StarShift) -> str:
    given = {
        "before": star_name(shift.before),
        "after": star_name(shift.after),
        "since": date_format(shift.since),
        "until": date_format(shift.until - timedelta(days=1)) if shift.until else "",
    }
    if shift.until:
        return _("%(before)s → %(after)s, from %(since)s to %(until)s") % given
    return _("%(before)s → %(after)s, from %(since)s until rectified or rated anew") % given


def _rule(rule: ForeseenRule, scheme: Scheme) -> OutlookRule:
    return OutlookRule(rule_words(scheme.body["rules"][rule.rule]), rule.automatic, rule.since, rule.until)
