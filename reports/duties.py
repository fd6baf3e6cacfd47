"""What is late and whose turn it is, and the warnings, from the follow-ups that a reader may see, as of a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.roles import office_name
from followups.kinds import KINDS
from followups.models import FollowUp
from followups.models.lifecycle import FollowUpState
from reports.findings import AsOf
from reports.kept_warnings import PREFIX
from villages.models import below

NEW = timedelta(days=7)
SHOWN = 8


class Due(NamedTuple):
    """A follow-up that waits, as far as the page reads it: a city has hundreds, of which five are shown."""

    pk: int
    kind: str
    state: str
    unit: str
    unit_name: str
    opened_at: datetime
    due_at: datetime
    reported_at: datetime | None
    responsible_unit: str
    responsible_name: str
    responsible_role: str

    @property
    def name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def office(self) -> str:
        return f"{self.responsible_name} {office_name(self.responsible_role, self.responsible_unit)}"

    def is_reported(self, until: datetime) -> bool:
        return self.state != FollowUpState.OPEN and self.reported_at is not None and self.reported_at < until


_OF_DUE = (
    *("pk", "kind", "state", "unit_id", "unit__name", "opened_at", "due_at", "reported_at"),
    *("responsible_unit_id", "responsible_unit__name", "responsible_role"),
)
"""In the order of its fields."""


def waiting(user: User, code: str, until: datetime) -> QuerySet[FollowUp]:
    """What was still to be done in the place ``code`` before that moment."""
    return FollowUp.objects.seen_by(user).filter(
        below(code, "unit_id"),
        Q(closed_at__gte=until) | Q(closed_at=None, state__in=[FollowUpState.OPEN, FollowUpState.REPORTED]),
        opened_at__lt=until,
    )


def taken_up_by_warnings() -> list[str]:
    """Kinds whose lateness is told by a warning, which is late itself in time: counted once."""
    return [key for key, kind in KINDS.items() if kind.warned]


def late(user: User, seen: AsOf) -> QuerySet[FollowUp]:
    not_reported = Q(state=FollowUpState.OPEN) | Q(reported_at=None) | Q(reported_at__gte=seen.until)
    rows = waiting(user, seen.unit.code, seen.until).exclude(kind__in=taken_up_by_warnings())
    return rows.filter(not_reported, due_at__lte=seen.moment)


def warned(user: User, seen: AsOf) -> QuerySet[FollowUp]:
    return _warned(user, seen.unit.code, seen.until)


def _warned(user: User, code: str, until: datetime) -> QuerySet[FollowUp]:
    return waiting(user, code, until).filter(kind__startswith=PREFIX)


def newly_warned(user: User, seen: AsOf) -> QuerySet[FollowUp]:
    return warned(user, seen).filter(opened_at__gte=seen.moment - NEW)


def is_red(seen: AsOf) -> Q:
    """Of warnings that wait; reported late is red until it is accepted (``warning_colours``)."""
    return Q(due_at__lte=seen.moment)


@dataclass(frozen=True)
class KeptWarnings:
    """The first ``SHOWN``, those due first at the top, and how many there are of each colour."""

    shown: list[FollowUp]
    red: int
    yellow: int


def kept(user: User, seen: AsOf) -> KeptWarnings:
    """The warnings in a unit that ``user`` may see: what every page, export and API counts."""
    [(red, every)] = asked(_colours, user, seen.unit.code, seen.until, seen.moment)
    return KeptWarnings(asked(_first, user, seen.unit.code, seen.until), red, every - red)


def _colours(user: User, code: str, until: datetime, moment: datetime) -> Totals:
    counts = {"red": Count("pk", filter=Q(due_at__lte=moment)), "every": Count("pk")}
    return Totals(_warned(user, code, until), counts)


def _first(user: User, code: str, until: datetime) -> QuerySet[FollowUp]:
    rows = _warned(user, code, until).select_related("unit", "responsible_unit")
    return rows.order_by("due_at", "pk")[:SHOWN]


LISTS = {"late": late, "warnings": warned, "new_warnings": newly_warned}


@dataclass
class LateGroup:
    """What is late alike: one kind, in one place (a township; the unit itself where only it is concerned)."""

    kind: str
    place: str
    ours: bool
    oldest: datetime
    units: dict[str, str] = field(default_factory=dict)
    offices: dict[tuple[str, str], str] = field(default_factory=dict)
    count: int = 0

    def add(self, one: Due) -> None:
        self.count += 1
        self.oldest = min(self.oldest, one.due_at)
        self.units[one.unit] = one.unit_name
        if (office := (one.responsible_unit, one.responsible_role)) not in self.offices:
            self.offices[office] = one.office

    @cached_property
    def since(self) -> date:
        return timezone.localdate(self.oldest)

    @property
    def name(self) -> str:
        return str(KINDS[self.kind].name)

    @property
    def one(self) -> str:
        """The code of one of its units."""
        return next(iter(self.units))

    @property
    def whose(self) -> str:
        """The office whose turn it is, or how many of one role."""
        if len(self.offices) == 1:
            return next(iter(self.offices.values()))
        place, role = next(iter(self.offices))
        words = {"count": len(self.offices), "role": office_name(role, place)}
        return _("%(count)s offices: %(role)s and others") % words

    @property
    def named(self) -> str:
        shown = _(", ").join(list(self.units.values())[:3])
        return shown if len(self.units) <= 3 else _("%(some)s and others") % {"some": shown}


@dataclass(frozen=True)
class Duties:
    late: list[LateGroup]
    new: list[Due]
    red: int
    yellow: int
    newly: int

    @property
    def count(self) -> int:
        return sum(group.count for group in self.late)

    @property
    def oldest(self) -> date | None:
        return min((group.since for group in self.late), default=None)

    @property
    def ours(self) -> int:
        return sum(group.count for group in self.late if group.ours)

    @property
    def warnings(self) -> int:
        return self.red + self.yellow


def duties(user: User, seen: AsOf) -> Duties:
    """In one query; what the reader has to do comes first, then by how long it has been late."""
    moment, until, digits = seen.moment, seen.until, seen.digits
    posts = {(post.role, post.unit_id) for post in user.posts}
    found = [Due(*row) for row in asked(_late_or_warned, user, seen.unit.code, until, moment)]
    groups: dict[tuple[Any, ...], LateGroup] = {}
    for one in found:
        if one.due_at > moment or one.is_reported(until):
            continue
        ours = (one.responsible_role, one.responsible_unit) in posts
        alike = one.kind, one.unit[:digits], ours
        if alike not in groups:
            groups[alike] = LateGroup(*alike, one.due_at)
        groups[alike].add(one)
    warnings = [one for one in found if one.kind.startswith(PREFIX)]
    red = sum(one.due_at <= moment for one in warnings)
    new = [one for one in warnings if one.opened_at >= moment - NEW]
    new.sort(key=lambda one: one.due_at > moment)  # red ones first, of each colour the newest
    ordered = sorted(groups.values(), key=lambda group: (not group.ours, group.since, -group.count))
    return Duties(ordered, new, red, len(warnings) - red, len(new))


def _late_or_warned(user: User, code: str, until: datetime, moment: datetime) -> QuerySet[FollowUp, tuple]:
    found = waiting(user, code, until).exclude(kind__in=taken_up_by_warnings())
    found = found.filter(Q(due_at__lte=moment) | Q(kind__startswith=PREFIX))
    return found.order_by("-opened_at", "pk").values_list(*_OF_DUE)
