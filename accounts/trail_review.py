"""The changes of appointments that an auditor has not seen yet, in groups that can be worked through.

A group holds what one person (or the system) did in one step on one day in one county: an import, a morning's work of
an office.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, QuerySet, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, Substr, TruncDate
from django.urls import reverse
from django.utils import timezone

from accounts import audit_words
from accounts.models import AppointmentEvent, User
from accounts.trail_offices import Offices
from villages.models import COUNTY_LENGTH, Unit, below_any

NOBODY = Value("", output_field=TextField())


@dataclass(frozen=True)
class ReviewGroup:
    """``key`` distinguishes it from the others; ``newest``: the number of its last change."""

    day: date
    by: str
    step: str
    place: str
    count: int
    newest: int

    @property
    def key(self) -> str:
        return f"{self.day.isoformat()}|{self.by}|{self.step}|{self.place}"

    @property
    def state(self) -> list[int]:
        """What changes when something is added to it."""
        return [self.count, self.newest]


@dataclass(frozen=True)
class ShownGroup:
    """A group in words; ``url``: its changes in the audit trail."""

    group: ReviewGroup
    who: str
    url: str
    office: str
    step: str
    place: str


def unseen(reach: Collection[str]) -> QuerySet[AppointmentEvent]:
    """Changes within ``reach`` that nobody has marked as seen, however old."""
    return AppointmentEvent.objects.filter(below_any(reach, "unit_id"), seen=None)


def _grouped(rows: QuerySet[AppointmentEvent]) -> QuerySet[Any]:
    return rows.annotate(
        day=TruncDate("pgh_created_at", tzinfo=timezone.get_current_timezone()),
        by=Coalesce(KeyTextTransform("user", "pgh_context"), NOBODY),
        step=Coalesce(KeyTextTransform("verb", "pgh_context"), NOBODY),
        place=Substr("unit_id", 1, COUNTY_LENGTH),
    )


def groups(reach: Collection[str]) -> QuerySet[Any]:
    """The oldest first, as rows for ``as_group``."""
    rows = _grouped(unseen(reach)).values("day", "by", "step", "place")
    return rows.annotate(count=Count("pk"), newest=Max("pk")).order_by("day", "by", "step", "place")


def as_group(row: dict[str, Any]) -> ReviewGroup:
    return ReviewGroup(**row)


def of_keys(reach: Collection[str], keys: Collection[str]) -> tuple[list[ReviewGroup], list[int]]:
    """Those of the groups with these keys that are still unseen, and the numbers of all their changes."""
    wanted = set(keys)
    found = [one for one in map(as_group, groups(reach)) if one.key in wanted]
    numbers = []
    for one in found:
        same = _grouped(unseen(reach)).filter(day=one.day, by=one.by, step=one.step, place=one.place)
        numbers += same.values_list("pk", flat=True)
    return found, numbers


def in_words(shown: Iterable[ReviewGroup]) -> list[ShownGroup]:
    shown = list(shown)
    ids = {int(one.by) for one in shown if one.by}
    people = User.objects.in_bulk(ids)
    places = Unit.objects.in_bulk({one.place for one in shown})
    offices = Offices(ids)
    return [_worded(one, people.get(int(one.by or 0)), places.get(one.place), offices) for one in shown]


def _worded(one: ReviewGroup, person: User | None, place: Unit | None, offices: Offices) -> ShownGroup:
    return ShownGroup(
        one,
        who=person.name if person else "",
        url=reverse("trail", query=_question(one, person)),
        office=offices.on(person.pk, one.place, one.day) if person else "",
        step=audit_words.of_step(one.step),
        place=place.name if place else one.place,
    )


def _question(one: ReviewGroup, person: User | None) -> dict[str, str]:
    """The filter of the audit trail that shows the group."""
    asked = {
        "kind": AppointmentEvent._meta.db_table,
        "person": person.username if person else "",
        "unit": one.place,
        "step": one.step if one.step in audit_words.VERBS else "",
        "since": one.day.isoformat(),
        "until": one.day.isoformat(),
    }
    return {name: value for name, value in asked.items() if value}
