"""What a unit's file shows one reader: stars, points by area over the years, events, disputes, money, what is open.

Each part keeps to the rule of its own list (``seen_by``, ``applications_for``): a file shows nobody more than those.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Value
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from followups.kinds import KINDS
from followups.models import FollowUp
from incentives.models import Allocation, Reward
from ratings.application.access import VIEW, applications_for
from ratings.events.applicable_scheme import EventNames, event_names_of
from ratings.models import Application, Decision, Event, Points, StarPeriod
from ratings.scoring.totals import area_points
from reports.charts import DISPUTES, STATES, percent
from reports.unit_file.link import title_of
from reviews.appeals.open_disputes import answered, answered_or_heard, knows_of_appeals, knows_of_objections
from reviews.models import Appeal, Objection
from villages.models import Profile, Unit, above

YEARS = 6
"""How many years of results a file goes back."""


@dataclass(frozen=True)
class YearResult:
    """The final result of a year's rating."""

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
class AreaHistory:
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
    """Something that is not finished: what, whose turn or in which state, until when, and its page."""

    name: str
    state: str
    until: str = ""
    late: bool = False
    url: str = ""


class UnitFile:
    """``unit`` as ``user`` may know it; ``printed``: on paper, which has nothing of held events."""

    def __init__(self, unit: Unit, user: User, *, printed: bool = False) -> None:
        self.unit, self.user, self.printed = unit, user, printed
        self.above = asked(_above, user, unit.code)
        self.profiles = asked(_profiles, user, unit.code)
        self.periods = asked(_periods, user, unit.code)
        self.results = self._results()
        self.areas = _areas(self.results)
        self.events = self._events()
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
        points: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(dict)
        for row in asked(_points, self.user, self.unit.code):
            points[row.application_id, row.stage][row.criterion] = row.points
        return [
            YearResult(one, points[one.application_id or 0, one.origin])
            for one in asked(_decisions, self.user, self.unit.code)
        ]

    def _events(self) -> list[Event]:
        found = asked(_events, self.user, self.unit.code, printed=self.printed)
        names = event_names_of(self.user, self.unit.code) if found else EventNames()
        for one in found:
            one.name = names.of(self.unit, one.kind)
            one.how = _how_it_ended(one)
        return found

    def _disputes(self) -> list[Dispute]:
        """Objections without the objectors; appeals, those against events for readers of events alone."""
        rows = asked(
            _disputes,
            self.user,
            self.unit.code,
            printed=self.printed,
            of_objections=knows_of_objections(self.user, self.unit),
            of_appeals=knows_of_appeals(self.user, self.unit),
        )
        return [
            Dispute(
                str(DISPUTES[kind]),
                str(STATES[state]),
                timezone.localdate(made),
                timezone.localdate(at) if at else None,
                answer,
            )
            for kind, state, made, at, answer in rows
        ]

    def _grants(self) -> list[Grant]:
        """What the unit was granted, or took over from one merged into it."""
        return [Grant(*row) for row in asked(_granted, self.user, self.unit.code)]

    def _open(self) -> list[OpenItem]:
        """The application under way, what somebody has to do, events not rectified."""
        items = [
            OpenItem(
                _("Application for %s") % year,
                str(Application.State(state).label),
                url=reverse("application", args=[pk]),
            )
            for pk, year, state in asked(_latest_application, self.user, self.unit.code)
            if state not in Application.State.SETTLED
        ]
        now = timezone.now()
        items += [
            OpenItem(str(KINDS[one.kind].name), one.office, one.until, one.due_at <= now, one.get_absolute_url())
            for one in asked(_due, self.user, self.unit.code)
        ]
        return items


def _above(_user: User, code: str) -> QuerySet[Unit]:
    return Unit.objects.filter(above(code)).exclude(code=code).order_by("code")


def _profiles(_user: User, code: str) -> QuerySet[Profile]:
    return Profile.objects.filter(unit=code).order_by("-year")[:YEARS]


def _periods(_user: User, code: str) -> QuerySet[StarPeriod]:
    return StarPeriod.objects.known().filter(unit=code).select_related("decision").order_by("-during")


def _decisions(_user: User, code: str) -> QuerySet[Decision]:
    confirmed = Decision.objects.confirmed().filter(unit=code).select_related("application", "scheme")
    return confirmed.order_by("-year", "-on", "-pk").distinct("year")[:YEARS]


def _points(_user: User, code: str) -> QuerySet[Points]:
    """Those behind the unit's confirmed decisions."""
    decided = Decision.objects.confirmed().filter(unit=code, application=OuterRef("application"))
    return Points.objects.filter(Exists(decided.filter(origin=OuterRef("stage"))), application__unit=code)


def _events(user: User, code: str, *, printed: bool) -> QuerySet[Event]:
    seen = Event.objects.seen_by(user).filter(unit=code).select_related("reversal")
    return seen.filter(held=False) if printed else seen


def _disputes(user: User, code: str, *, printed: bool, of_objections: bool, of_appeals: bool) -> QuerySet[Any]:
    objections = Objection.objects.filter(unit=code)
    events = _events(user, code, printed=printed).order_by()
    appeals = Appeal.objects.filter(Q(event=None) | Q(event__in=events), unit=code)
    if not of_objections:
        objections = answered(objections)
    if not of_appeals:
        appeals = answered_or_heard(appeals, user)
    return _kind(objections, "objection").union(_kind(appeals, "appeal"), all=True).order_by("-made_at")


def _granted(user: User, code: str) -> QuerySet[Any]:
    rewards, allocations = (
        model.objects.seen_by(user)
        .filter(Q(unit=code) | Q(passed_to=code))
        .order_by()
        .values_list(f"{source}__year", f"{source}__name", "star", "amount", "disbursed", "frozen")
        for model, source in ((Reward, "policy"), (Allocation, "fund"))
    )
    return rewards.union(allocations, all=True).order_by("-policy__year")


def _latest_application(user: User, code: str) -> QuerySet[Any]:
    mine = applications_for(user).filter(unit=code).order_by("-cycle__year")
    return mine.values_list("pk", "cycle__year", "shown_state")[:1]


def _due(user: User, code: str) -> QuerySet[FollowUp]:
    waiting = FollowUp.objects.seen_by(user).waiting().filter(unit=code)
    return waiting.select_related("responsible_unit").order_by("due_at", "pk")


def _kind(rows: QuerySet, kind: str) -> QuerySet:
    columns = ("state", "made_at", "answered_at", "answer")
    return rows.order_by().values_list(Value(kind, output_field=CharField()), *columns)


def _how_it_ended(event: Event) -> str:
    if getattr(event, "reversal", None):
        return _("Lifted on appeal")
    if event.closed:
        return _("Rectified")
    return _("Not rectified")


def _areas(results: list[YearResult]) -> list[AreaHistory]:
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
        AreaHistory(code, name, kind, [found.get(year, AreaCell(year)) for year in years])
        for (code, name, kind), found in cells.items()
    ]
