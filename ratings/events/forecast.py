"""What a step on an event would do to stars, before it is taken.

The step is taken in a transaction that is undone, and the register's own query (``rerating.sql``) tells the stars
before and after it: there is no second rule.
"""

from collections.abc import Callable, Iterable
from datetime import date
from typing import Any, NamedTuple

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from ratings.events.applicable_scheme import judging_scheme
from ratings.events.happening import Happening
from ratings.models import Event, Proposal, Reversal, Scheme
from ratings.register.rerating import StarSpan, acting, timeline
from villages.models import descendants

NEVER = date.max
"""Later than any day on which an effect may end by itself."""


class StarShift(NamedTuple):
    """``unit`` holds ``after`` instead of ``before`` stars from ``since`` up to ``until`` (exclusive; None: open)."""

    unit: str
    since: date
    until: date | None
    before: int | None
    after: int | None


class ForeseenRule(NamedTuple):
    """A rule for the event (its index in the scheme's list), and from which day to which it would act (half-open)."""

    rule: int
    automatic: bool
    since: date
    until: date | None


class StarForecast(NamedTuple):
    """``shifts``: by the automatic rules; ``proposed``: when those that only propose are all confirmed as well.

    ``known``: this very event is recorded already.
    """

    scheme: int | None
    rules: list[ForeseenRule]
    shifts: list[StarShift]
    proposed: list[StarShift]
    known: bool = False


def foresee(happening: Happening) -> StarForecast:
    """What recording this event, or releasing it, would do."""
    return foresee_all([happening])[0]


def foresee_all(happenings: Iterable[Happening]) -> list[StarForecast]:
    """What recording these events one after the other would do, each on top of those before it."""
    with transaction.atomic():
        found = [_next(happening) for happening in happenings]
        transaction.set_rollback(True)
    return found


def foresee_closed(event: Event, on: date | None = None) -> list[StarShift]:
    """How closing ``event`` as rectified on the day ``on`` (today) would move stars."""
    closed = on or timezone.localdate()
    return _foresee_step(event.unit_id, lambda: Event.objects.filter(pk=event.pk).update(closed=closed))


def foresee_reversed(event: Event, by: User) -> list[StarShift]:
    """How upholding an appeal against ``event`` today would move stars."""
    said = {"on": timezone.localdate(), "document": "—", "reason": "—", "by": by, "at": timezone.now()}
    return _foresee_step(event.unit_id, lambda: Reversal.objects.create(event_id=event.pk, **said))


def _foresee_step(unit: str, step: Callable[[], Any]) -> list[StarShift]:
    """How ``step`` on something of ``unit``, which is undone, would move its stars and those of its successors."""
    codes = sorted(descendants([unit]))
    with transaction.atomic():
        before = timeline(codes, NEVER)
        step()
        after = timeline(codes, NEVER)
        transaction.set_rollback(True)
    return compared(before, after)


def foresee_confirmed(proposal: Proposal) -> list[StarShift]:
    """How confirming an open proposal would move the stars of its unit, and of those that took over from it."""
    confirmed = {"state": Proposal.State.CONFIRMED, "settled_at": timezone.now()}
    return _foresee_step(proposal.unit_id, lambda: Proposal.objects.filter(pk=proposal.pk).update(**confirmed))


def _next(happening: Happening) -> StarForecast:
    """Records the event; the caller undoes it."""
    scheme = judging_scheme(happening.unit, happening.on)
    codes = sorted(descendants([happening.unit.pk]))
    before = timeline(codes, NEVER)
    event, new = Event.objects.get_or_create(
        unit=happening.unit,
        kind=happening.kind,
        on=happening.on,
        source=happening.source,
        defaults={"closed": happening.closed},
    )
    if not new and not event.held:
        return StarForecast(scheme and scheme.pk, [], [], [], known=True)
    if event.held:
        Event.objects.filter(pk=event.pk).update(held=False)
    after = timeline(codes, NEVER)
    acts = [ForeseenRule(rule, True, since, until) for rule, since, until in acting(event)]
    asked = _proposals(event, scheme) if scheme else []
    with transaction.atomic():
        Proposal.objects.bulk_create(asked, ignore_conflicts=True)
        confirmed = timeline(codes, NEVER) if asked else after
        named = {proposal.rule for proposal in asked}
        acts += [ForeseenRule(rule, False, *days) for rule, *days in acting(event) if rule in named]
        transaction.set_rollback(True)
    proposed = compared(before, confirmed)
    shifts = compared(before, after)
    return StarForecast(scheme and scheme.pk, acts, shifts, [] if proposed == shifts else proposed)


def _proposals(event: Event, scheme: Scheme) -> list[Proposal]:
    """Those that its rules would make, as if confirmed."""
    return [
        Proposal(
            event=event,
            unit_id=event.unit_id,
            scheme=scheme,
            rule=number,
            state=Proposal.State.CONFIRMED,
            settled_at=timezone.now(),
        )
        for number, rule in enumerate(scheme.body.get("rules", []))
        if rule["event"] == event.kind and not rule.get("automatic", False)
    ]


def compared(before: list[StarSpan], after: list[StarSpan]) -> list[StarShift]:
    """Where two accounts of the same stars differ, in order; neighbouring days with the same two stars as one."""
    found: list[StarShift] = []
    for unit in sorted({span.unit for span in (*before, *after)}):
        spans = [[span for span in account if span.unit == unit] for account in (before, after)]
        days = sorted({day for account in spans for span in account for day in (span.since, span.until) if day})
        for day, end in zip(days, [*days[1:], None], strict=True):
            old, new = (_star(account, day) for account in spans)
            if old == new:
                continue
            last = found[-1] if found else None
            if last and (last.unit, last.until, last.before, last.after) == (unit, day, old, new):
                found[-1] = last._replace(until=end)
            else:
                found.append(StarShift(unit, day, end, old, new))
    return found


def _star(account: list[StarSpan], day: date) -> int | None:
    return next((s.star for s in account if s.since <= day and (s.until is None or day < s.until)), None)
