"""What a village may still appeal and until when: an option, for its to-do list and for the reminder before the day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ratings.models import Application, Decision, Event, Scheme, Transition
from ratings.scheme.spec import SchemeSpec
from records.deadlines import end_of
from reviews.appeals.appeal_rules import Units, appealable
from reviews.appeals.appealable import Appealable, subjects
from reviews.models import Batch
from villages.models import Unit, descendants


@dataclass(frozen=True)
class AppealRight:
    """``url``: where the signer appeals."""

    unit: Unit
    title: str
    url: str
    last_day: date

    @property
    def due(self) -> datetime:
        return end_of(self.last_day)


def appeal_rights(units: Units) -> list[AppealRight]:
    """A result below the star applied for, no star, or an event's effects that the ``units`` may still appeal."""
    results = [
        AppealRight(
            decision.unit,
            _("%(unit)s: the result may be appealed") % {"unit": decision.unit.name},
            reverse("appeal_make", args=[decision.application_id]),
            decision.last_day,
        )
        for decision in appealable(units)
        if decision.star < decision.application.applied_star
    ]
    others = [
        AppealRight(
            subject.unit,
            _("%(unit)s: %(what)s may be appealed") % {"unit": subject.unit.name, "what": subject.title},
            _address(subject),
            subject.last_day,
        )
        for subject in subjects(units)
    ]
    return results + others


def appeal_periods() -> set[int]:
    """How many working days the schemes in use give for an appeal."""
    given = Scheme.objects.filter(state=Scheme.State.ISSUED).order_by().values_list("body__appeal_days", flat=True)
    default = SchemeSpec.model_fields["appeal_days"].default
    return {default if days is None else days for days in given.distinct()}


def units_told_on(days: Iterable[date]) -> set[str]:
    """The units that were told of something on one of these days that they may have appealed since."""
    days = list(days)
    found: set[str] = set()
    for model, place, on, which in (
        (Decision, "unit", "batch_entry__batch__released_at", {"batch_entry__batch__state__in": Batch.State.PUBLISHED}),
        (Decision, "unit", "decided_at", {"origin": Decision.Origin.CLOSING}),
        (Transition, "application__unit", "at", {"to_state": Application.State.REJECTED}),
    ):
        found |= set(model.objects.filter(_at(on, days), **which).values_list(place, flat=True))
    happened = _at("recorded_at", days) | _at("released_at", days) | _at("proposals__settled_at", days)
    units = set(Event.objects.filter(happened, held=False).values_list("unit", flat=True))
    return found | (set(descendants(units)) if units else set())


def _at(name: str, days: Iterable[date]) -> Q:
    moments = Q(pk__in=[])
    for day in days:
        begins = timezone.make_aware(datetime.combine(day, datetime.min.time()))
        moments |= Q(**{f"{name}__gte": begins, f"{name}__lt": end_of(day)})
    return moments


def _address(subject: Appealable) -> str:
    if subject.event:
        return reverse("appeal_event", args=[subject.event.pk])
    if subject.application:
        return reverse("appeal_make", args=[subject.application.pk])
    return reverse("appeal_closing", args=[subject.decision.pk])
