"""What may be appealed besides a released decision: not being rated, and the effects of an event (practice §3–4).

Not being rated is a rejection by the township, which the county hears, or a closing of the cycle that takes a star from
a unit that did not apply. The latter and the effects of events, which the county or the city records, are heard by the
city.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.working_days import notice_days
from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.models import Application, Decision, Event, Proposal, StarPeriod, Transition
from ratings.register.rerating import acting
from reviews.appeals.appeal_rules import Units, codes_of, longest_ago, of_units
from reviews.models import Appeal
from villages.models import Unit, ancestors


@dataclass(frozen=True)
class Appealable:
    """What ``unit`` was notified of on the day ``told_on``, and may appeal for ``days`` working days."""

    unit: Unit
    told_on: date
    days: int
    application: Application | None = None
    decision: Decision | None = None
    event: Event | None = None

    @property
    def last_day(self) -> date:
        """The last day, until 24:00; counted as the days of a public notice."""
        return notice_days(self.told_on, self.days).last

    @property
    def title(self) -> str:
        if self.event is None:
            return _("no star: %s") % (rejection(self.application).reason if self.application else self.decision.reason)
        name = events_of(judging_scheme(self.event.unit, self.event.on)).get(self.event.kind, self.event.kind)
        return _("what follows from “%(event)s” of %(on)s") % {"event": name, "on": date_format(self.event.on)}

    @property
    def appeals(self) -> Q:
        """Filters the appeals that were made against it."""
        if self.event:
            return Q(event=self.event)
        return Q(application=self.application) if self.application else Q(decision=self.decision)


def of_rejection(application: Application) -> Appealable:
    """A rejected application; once the cycle was closed with that decision, the days count from that day."""
    closing = closing_of(application)
    told_at = max([rejection(application).at, *([closing.decided_at] if closing else [])])
    days = application.scheme.spec.appeal_days
    return Appealable(application.unit, timezone.localdate(told_at), days, application=application, decision=closing)


def of_closing(decision: Decision) -> Appealable:
    """A closing's decision of no star."""
    if decision.application and decision.application.state == Application.State.REJECTED:
        return of_rejection(decision.application)
    days = decision.scheme.spec.appeal_days
    return Appealable(decision.unit, timezone.localdate(decision.decided_at), days, decision=decision)


def of_event(event: Event, unit: Unit) -> Appealable:
    """An event of ``unit`` or of a predecessor of it."""
    confirmed = event.proposals.filter(state=Proposal.State.CONFIRMED).values_list("settled_at", flat=True)
    told_at = max(at for at in (event.recorded_at, event.released_at, *confirmed) if at)
    scheme = judging_scheme(event.unit, event.on)
    return Appealable(unit, timezone.localdate(told_at), scheme.spec.appeal_days if scheme else 0, event=event)


def why_not_appealable(subject: Appealable) -> str:
    """Why ``subject`` cannot be appealed (any more), in words; "" when it can."""
    if Appeal.objects.filter(subject.appeals).filter(state__in=Appeal.State.COUNTED).exists():
        return _("This result has been appealed already: that is possible once.")
    if not _stands(subject):
        return _("This result cannot be appealed.")
    if timezone.localdate() > subject.last_day:
        return _("The period for an appeal is over.")
    return ""


def subjects(units: Units) -> list[Appealable]:
    """What the ``units`` may appeal now. The days are checked first, as they are mostly over: it is expensive to find
    out whether an event still acts."""
    today = timezone.localdate()
    in_time = (one for one in (*_not_rated(units), *_events(units)) if today <= one.last_day)
    return [subject for subject in in_time if not why_not_appealable(subject)]


def rejection(application: Application) -> Transition:
    """The latest transition that rejected it."""
    return application.transitions.filter(to_state=Application.State.REJECTED).latest("pk")


def closing_of(application: Application) -> Decision | None:
    """The closing's decision of no star on it that nothing has replaced."""
    closings = application.decisions.confirmed().filter(origin=Decision.Origin.CLOSING)
    return closings.filter(replaced_by=None).last()


def held_before(closing: Decision) -> int:
    """The star that ``closing`` took away.

    Events after its cut-off still act on a replacing decision: where the same decision was in force on the cut-off day,
    the star of that day counts if it was higher.
    """
    known = StarPeriod.objects.known().filter(unit=closing.unit_id)
    last = known.filter(during__contains=closing.on - timedelta(days=1)).first()
    if last is None:
        return 0
    at_cut_off = known.filter(during__contains=closing.cut_off, decision=last.decision_id).first()
    return max(last.star, at_cut_off.star if at_cut_off else 0)


def _stands(subject: Appealable) -> bool:
    if subject.event:
        return _acts(subject.event)
    if subject.application:
        return subject.application.state == Application.State.REJECTED
    decision = subject.decision
    no_more = Decision.objects.filter(replaces=decision).exists()
    closing = decision.origin == Decision.Origin.CLOSING and decision.state == Decision.State.CONFIRMED
    return closing and not no_more and held_before(decision) > 0


def _acts(event: Event) -> bool:
    today = timezone.localdate()
    return not event.held and any(
        since <= today and (until is None or today < until) for _rule, since, until in acting(event)
    )


def _not_rated(units: Units) -> list[Appealable]:
    closed = [of_closing(one) for one in of_units(_closed, units)]
    return [*closed, *(of_rejection(one) for one in of_units(_rejected, units))]


def _closed(units: Units) -> QuerySet[Decision]:
    closings = Decision.objects.confirmed().filter(
        unit__in=codes_of(units), origin=Decision.Origin.CLOSING, decided_at__gte=longest_ago(), replaced_by=None
    )
    return closings.select_related("unit", "application__unit", "cycle__scheme")


def _rejected(units: Units) -> QuerySet[Application]:
    closed_too = Decision.objects.confirmed().filter(application=OuterRef("pk"), origin=Decision.Origin.CLOSING)
    recent = Transition.objects.filter(
        application=OuterRef("pk"), to_state=Application.State.REJECTED, at__gte=longest_ago()
    )
    rejected = Application.objects.filter(unit__in=codes_of(units), state=Application.State.REJECTED)
    return rejected.exclude(Exists(closed_too)).filter(Exists(recent)).select_related("unit", "cycle__scheme")


def _moved(units: Units) -> QuerySet[StarPeriod]:
    return StarPeriod.objects.on().filter(unit__in=codes_of(units)).exclude(effects=[]).select_related("unit")


def _events(units: Units) -> list[Appealable]:
    """Queried only where something acts on a star today."""
    return [
        of_event(event, period.unit)
        for period in of_units(_moved, units)
        for event in Event.objects.filter(
            unit__in=ancestors([period.unit_id]),
            held=False,
            reversal=None,
            recorded_at__gte=longest_ago(),
        ).select_related("unit")
    ]
