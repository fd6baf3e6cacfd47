"""What is late and whose turn it is, and the warnings, from the follow-ups that a reader may see, as of a day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

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
_READ = ("kind", "state", "opened_at", "due_at", "reported_at", "responsible_role")
"""What ``duties`` and the page read of each of a city's hundreds."""


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
    ours: bool = False
    since: date = date.max
    units: dict[str, str] = field(default_factory=dict)
    offices: dict[tuple[str, str], str] = field(default_factory=dict)
    count: int = 0

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
    new: list[FollowUp]
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
    moment = seen.moment
    posts = {(post.role, post.unit_id) for post in user.posts}
    groups: dict[tuple[Any, ...], LateGroup] = {}
    warnings = []
    for one in asked(_late_or_warned, user, seen.unit.code, seen.until, moment):
        if one.kind.startswith(PREFIX):
            warnings.append(one)
        if one.due_at > moment or _reported(one, seen):
            continue
        ours = (one.responsible_role, one.responsible_unit_id) in posts
        place = one.unit_id[: seen.digits]
        group = groups.setdefault((ours, one.kind, place), LateGroup(one.kind, place, ours))
        group.count += 1
        group.since = min(group.since, timezone.localdate(one.due_at))
        group.units[one.unit_id] = one.unit.name
        if (office := (one.responsible_unit_id, one.responsible_role)) not in group.offices:
            group.offices[office] = one.office
    red = sum(one.due_at <= moment for one in warnings)
    new = [one for one in warnings if one.opened_at >= moment - NEW]
    new.sort(key=lambda one: one.due_at > moment)  # red ones first, of each colour the newest
    ordered = sorted(groups.values(), key=lambda group: (not group.ours, group.since, -group.count))
    return Duties(ordered, new, red, len(warnings) - red, len(new))


def _late_or_warned(user: User, code: str, until: datetime, moment: datetime) -> QuerySet[FollowUp]:
    found = waiting(user, code, until).exclude(kind__in=taken_up_by_warnings())
    found = found.filter(Q(due_at__lte=moment) | Q(kind__startswith=PREFIX))
    found = found.select_related("unit", "responsible_unit").order_by("-opened_at", "pk")
    return found.only(*_READ, "unit__name", "responsible_unit__name")


def _reported(one: FollowUp, seen: AsOf) -> bool:
    return one.state != FollowUpState.OPEN and one.reported_at is not None and one.reported_at < seen.until
