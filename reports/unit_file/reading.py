"""What a unit's file shows one reader: stars, points by area over the years, events, disputes, money, what is open.

Each part keeps to the rule of its own list (``seen_by``, ``applications_for``): a file shows nobody more than those.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, F, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from followups.kinds import KINDS
from followups.models import FollowUp
from incentives.models import Allocation, Reward
from ratings.application.access import VIEW, applications_for
from ratings.events.applicable_scheme import EventNames, event_names
from ratings.models import Application, Decision, Event, StarPeriod
from ratings.scoring.kept_points import points_behind
from ratings.scoring.totals import area_points
from reports.charts import DISPUTES, STATES, percent
from reports.unit_file.link import title_of
from reviews.appeals.open_disputes import known_appeals, known_objections
from reviews.models import Appeal, Objection
from villages.models import Unit, prefixes

YEARS = 6
"""How many years of results a file goes back."""


@dataclass(frozen=True)
class YearResult:
    """The result that stood at the end of a year's rating."""

    decision: Decision
    points: dict[str, Decimal]

    @property
    def year(self) -> int:
        return self.decision.year

    @property
    def self_total(self) -> Decimal | None:
        return self.application.self_total if self.application else None

    @property
    def application(self) -> Application | None:
        return self.decision.application


@dataclass(frozen=True)
class AreaCell:
    """An area's points in one year, and how wide their bar is of 100; None: the area was not scored."""

    year: int
    points: Decimal | None = None
    full: Decimal | None = None

    @property
    def percent(self) -> int:
        return percent(self.points, self.full) if self.points is not None and self.full else 0


@dataclass(frozen=True)
class AreaLine:
    code: str
    name: str
    kind: str
    cells: list[AreaCell]


@dataclass(frozen=True)
class Dispute:
    kind: str
    state: str
    made: date
    answered: date | None
    answer: str


@dataclass(frozen=True)
class Grant:
    """A reward or project money, in yuan."""

    year: int
    name: str
    star: int
    amount: Decimal
    disbursed: Decimal
    frozen: bool


@dataclass(frozen=True)
class OpenItem:
    """Something that is not finished: what, whose turn or how it stands, until when, and its page."""

    name: str
    state: str
    until: str = ""
    late: bool = False
    url: str = ""


class UnitFile:
    """``unit`` as ``user`` may know it; ``printed``: on paper, where nothing of a held event stands."""

    def __init__(self, unit: Unit, user: User, *, printed: bool = False) -> None:
        self.unit, self.user = unit, user
        self.above = list(Unit.objects.filter(code__in=prefixes(unit.code)[:-1]).order_by("code"))
        self.profiles = list(unit.profiles.order_by("-year")[:YEARS])
        self.periods = list(StarPeriod.objects.known().filter(unit=unit).select_related("decision").order_by("-during"))
        self.results = self._results()
        self.areas = _areas(self.results)
        self.events = self._events(printed)
        self.disputes = self._disputes()
        self.grants = self._grants()
        self.open = self._open()

    @property
    def title(self) -> str:
        return title_of(self.unit)

    @property
    def today(self) -> StarPeriod | None:
        """The period of today's star."""
        day = timezone.localdate()
        return next((period for period in self.periods if day in period.during), None)

    @property
    def since(self) -> date | None:
        """The day on which today's star last changed."""
        since = None
        for period in self.periods:
            if self.today is None or period.star != self.today.star:
                break
            since = period.during.lower
        return since

    @property
    def granted(self) -> Decimal:
        return sum((grant.amount for grant in self.grants), Decimal(0))

    @property
    def paid(self) -> Decimal:
        return sum((grant.disbursed for grant in self.grants), Decimal(0))

    def _results(self) -> list[YearResult]:
        """The last confirmed decision of each year, newest first, with the points of the stage that decided."""
        if not self.user.has_perm(VIEW, self.unit):
            return []
        decisions = Decision.objects.confirmed().filter(unit=self.unit).select_related("application", "scheme")
        last = list(decisions.order_by("-year", "-on", "-pk").distinct("year")[:YEARS])
        points = points_behind(last)
        return [YearResult(one, points[one.pk]) for one in last]

    def _events(self, printed: bool) -> list[Event]:
        seen = Event.objects.seen_by(self.user).filter(unit=self.unit).select_related("reversal")
        found = list(seen.filter(held=False) if printed else seen)
        names = event_names([self.unit.code]) if found else EventNames()
        for one in found:
            one.name = names.of(self.unit, one.kind)
            one.how = _how_it_ended(one)
        return found

    def _disputes(self) -> list[Dispute]:
        """Objections without the objectors; appeals, those against events for readers of events alone."""
        answered = {name: F(name) for name in ("state", "made_at", "answered_at", "answer")}
        objections = known_objections(Objection.objects.filter(unit=self.unit), self.user, self.unit)
        events = [event.pk for event in self.events]
        appeals = Appeal.objects.filter(Q(event=None) | Q(event__in=events), unit=self.unit)
        appeals = known_appeals(appeals, self.user, self.unit)
        rows = _kind(objections, "objection", answered).union(_kind(appeals, "appeal", answered), all=True)
        return [
            Dispute(
                str(DISPUTES[kind]),
                str(STATES[state]),
                timezone.localdate(made),
                timezone.localdate(at) if at else None,
                answer,
            )
            for kind, state, made, at, answer in rows.order_by("-made_at")
        ]

    def _grants(self) -> list[Grant]:
        """What the unit was granted, or took over from one merged into it."""
        mine = Q(unit=self.unit) | Q(passed_to=self.unit)
        rewards, allocations = (
            model.objects.seen_by(self.user)
            .filter(mine)
            .order_by()
            .values_list(f"{source}__year", f"{source}__name", "star", "amount", "disbursed", "frozen")
            for model, source in ((Reward, "policy"), (Allocation, "fund"))
        )
        return [Grant(*row) for row in rewards.union(allocations, all=True).order_by("-policy__year")]

    def _open(self) -> list[OpenItem]:
        """The application under way, what somebody has to do, events not rectified."""
        items = []
        running = applications_for(self.user).filter(unit=self.unit).select_related("cycle").order_by("-cycle__year")
        application = running.first()
        if application and application.shown_state not in Application.State.SETTLED:
            items.append(
                OpenItem(
                    _("Application for %s") % application.cycle.year,
                    str(Application.State(application.shown_state).label),
                    url=reverse("application", args=[application.pk]),
                )
            )
        due = FollowUp.objects.seen_by(self.user).waiting().filter(unit=self.unit).select_related("responsible_unit")
        now = timezone.now()
        items += [
            OpenItem(str(KINDS[one.kind].name), one.office, one.until, one.due_at <= now, one.get_absolute_url())
            for one in due.order_by("due_at", "pk")
        ]
        return items


def _kind(rows: QuerySet, kind: str, fields: dict[str, Any]) -> QuerySet:
    return rows.order_by().values_list(Value(kind, output_field=CharField()), *fields)


def _how_it_ended(event: Event) -> str:
    if getattr(event, "reversal", None):
        return _("Lifted on appeal")
    if event.closed:
        return _("Rectified")
    return _("Not rectified")


def _areas(results: list[YearResult]) -> list[AreaLine]:
    """By area, newest names first; an area of another name under the same code is another line."""
    cells: dict[tuple[str, str, str], dict[int, AreaCell]] = defaultdict(dict)
    for result in results:
        spec = result.decision.scheme.spec if result.points else None
        for area in spec.areas if spec else ():
            full = area.full if area.kind == "base" else area.cap
            points = area_points(area, result.points)
            cells[area.code, area.name, area.kind][result.year] = AreaCell(result.year, points, full)
    years = [result.year for result in results if result.points]
    return [
        AreaLine(code, name, kind, [found.get(year, AreaCell(year)) for year in years])
        for (code, name, kind), found in cells.items()
    ]
