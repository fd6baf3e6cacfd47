"""To-dos about applications and cycles (``accounts.todo_list``): village, township, departments, county."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Greatest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.role_holders import has_post
from accounts.todo_list import Todo, of_several
from ratings.forms.queue_form import BELOW, TOWNSHIPS
from ratings.models import Application, Cycle, Extension, Scheme, Transition, Window
from ratings.models.cycle import CycleStep
from ratings.models.lifecycle import STEPS, Stage
from ratings.presenters.application_form import card_address
from ratings.presenters.village_turn import VillageTurn, turn_for
from ratings.todos.usual_times import step_at
from ratings.workflow.supply import asked_of
from ratings.workflow.window import closes_for
from villages.models import Level, Unit

State = Application.State


class ToBegin:
    """A village's form that nobody has begun while the window for applying is open, extensions included."""

    def entries(self, user: User) -> list[Todo]:
        if not user.reach("ratings.fill"):
            return []
        return [
            Todo(
                _("Begin the application of %s") % year,
                reverse("apply"),
                detail=_("One area per page; what you type is saved at once."),
                due=closes,
                action=_("Begin"),
                since=opens,
                whom=county,
                takes=step_at(State.DRAFT),
            )
            for year, closes, opens, county in asked(_to_begin, user)
        ]


def _to_begin(user: User) -> QuerySet:
    now, codes = timezone.now(), user.reach("ratings.fill")
    units = Unit.objects.rateable().filter(pk__in=codes)
    rated = units.filter(level=OuterRef("scheme__rates"), pk__startswith=OuterRef("unit_id"))
    more = Extension.objects.filter(cycle=OuterRef("pk"), step=CycleStep.APPLY, unit__in=units)
    cycles = (
        Cycle.objects.reaching(codes)
        .filter(Exists(rated), state=Cycle.State.OPEN, windows__step=CycleStep.APPLY, windows__opens__lte=now)
        .exclude(applications__unit__in=units)
        .annotate(
            closes=Greatest("windows__closes", Subquery(more.order_by("-closes").values("closes")[:1])),
            opens=F("windows__opens"),
        )
        .filter(closes__gt=now)
    )
    return cycles.values_list("year", "closes", "opens", "unit__name")


class InVillageHands:
    """Drafts and returned forms: to continue, to correct, or, when nothing is left to fill in, to sign."""

    def entries(self, user: User) -> list[Todo]:
        if not user.reach("ratings.fill"):
            return []
        rows = asked(_in_hand, user)
        return [todo for application in rows if (todo := self._todo(user, application, turn_for(user, application)))]

    def _todo(self, user: User, application: Application, turn: VillageTurn) -> Todo | None:
        """What this person does next; None for a filler whose form is complete: then it is the signer's turn."""
        may_sign = user.has_perm(STEPS["submit"].permission, application)
        if turn.to_sign and not may_sign:
            return None
        if application.state == State.RETURNED:
            return self._returned(application, turn)
        if turn.to_sign:
            return Todo(
                _("Please check, sign and submit"),
                reverse("application_submit", args=[application.pk]),
                detail=_("Everything is filled in."),
                due=application.closes,
                urgent=True,
                over=str(application.unit),
                action=_("Check and sign"),
                since=application.begun,
                whom=application.filled_by.name if application.filled_by else "",
                takes=step_at(State.DRAFT),
            )
        return Todo(
            _("Go on with the application of %s") % application.cycle.year,
            reverse("application_form", args=[application.pk]),
            detail=str(application.unit),
            due=application.closes,
            action=_("Go on"),
            since=application.begun,
            takes=step_at(State.DRAFT),
        )

    def _returned(self, application: Application, turn: VillageTurn) -> Todo:
        question = turn.question
        asked: dict[str, Any] = {"over": str(State.RETURNED.label), "takes": step_at(State.RETURNED)}
        if question:
            asked |= {"due": question.due, "since": question.at, "whom": question.by.name if question.by else ""}
        if turn.to_sign:
            return Todo(
                _("Please sign and hand back the corrections"),
                reverse("application_resubmit", args=[application.pk]),
                detail=_("Everything that was returned has been corrected."),
                urgent=True,
                action=_("Check and sign"),
                **asked,
            )
        n = len(turn.unmended) or turn.lacking
        return Todo(
            ngettext("Please correct %s question", "Please correct %s questions", n) % n,
            card_address(application, turn.unmended[0])
            if turn.unmended
            else reverse("application_form", args=[application.pk]),
            detail=_("Only these questions are open; nothing else has to be touched."),
            urgent=True,
            action=_("Start correcting"),
            **asked,
        )


def _in_hand(user: User) -> QuerySet[Application]:
    in_hand = Application.objects.filter(
        unit__in=user.reach("ratings.fill"), state__in=State.WITH_VILLAGE, cycle__state=Cycle.State.OPEN
    )
    begun = Transition.objects.filter(application=OuterRef("pk")).order_by("at").values("at")[:1]
    return in_hand.select_related("unit", "cycle__scheme", "filled_by").annotate(
        closes=closes_for(CycleStep.APPLY, cycle="cycle", unit="unit"), begun=Subquery(begun)
    )


@dataclass(frozen=True)
class ToAccept:
    """For the office of the level that accepts and reviews in the window of ``step``: submitted applications, and
    returns whose deadline is over. For townships that is the county's office, for all others the township's."""

    level: Stage
    step: CycleStep

    def entries(self, user: User) -> list[Todo]:
        if not user.reach(self._permission):
            return []
        ((submitted, since, due, first, late, late_since, late_first),) = asked(self._waiting, user)
        queue, entries = reverse("applications"), []
        if n := submitted:
            title = ngettext("Accept %s application", "Accept %s applications", n) % n
            entries.append(
                Todo(
                    title,
                    f"{queue}?state={State.SUBMITTED}{self._own_level}",
                    due=due,
                    action=_("Open the list"),
                    since=since,
                    whom=of_several(first, n),
                    takes=step_at(State.SUBMITTED),
                )
            )
        if n := late:
            entries.append(
                Todo(
                    self._missed(n),
                    f"{queue}?state={State.RETURNED}{self._own_level}",
                    urgent=True,
                    action=_("Open the list"),
                    since=late_since,
                    whom=of_several(late_first, n),
                )
            )
        return entries

    @property
    def _permission(self) -> str:
        return STEPS["accept"].at_level(self.level).permission

    def _waiting(self, user: User) -> Totals:
        sent = Q(state=State.SUBMITTED)
        late = Q(state=State.RETURNED, returns__answered_at=None, returns__due__lte=timezone.now())
        of_township = Q(unit__level=Level.TOWNSHIP)
        rows = (
            reached(user, self._permission, Application.objects.filter(sent | late))
            .filter(of_township if self.level == Stage.COUNTY else ~of_township)
            .exclude(has_post(user.pk, "unit"))
            .annotate(closes=closes_for(self.step, cycle="cycle", unit="unit"))
        )
        return Totals(
            rows,
            {
                "submitted": Count("pk", filter=sent, distinct=True),
                "since": Min("submitted_at", filter=sent),
                "due": Min("closes", filter=sent),
                "first": Min("unit__name", filter=sent),
                "late": Count("pk", filter=late, distinct=True),
                "late_since": Min("returns__due", filter=late),
                "late_first": Min("unit__name", filter=late),
            },
        )

    @property
    def _own_level(self) -> str:
        """In the query string of the list: what this office accepts of all that it sees."""
        return f"&level={TOWNSHIPS if self.level == Stage.COUNTY else BELOW}"

    def _missed(self, n: int) -> str:
        if self.level == Stage.COUNTY:
            return ngettext("%s township has missed its deadline", "%s townships have missed their deadlines", n) % n
        return ngettext("%s unit has missed its deadline", "%s units have missed their deadlines", n) % n


class ToSupply:
    """For departments: figures that are still missing."""

    def entries(self, user: User) -> list[Todo]:
        if not user.reach("ratings.supply"):
            return []
        missing = [row for row in asked_of(user) if row.missing > 0]
        n = sum(row.missing for row in missing)
        if not n:
            return []
        return [
            Todo(
                ngettext("%s figure is missing", "%s figures are missing", n) % n,
                reverse("supply"),
                detail="、".join(f"{row.criterion.code} {row.criterion.name}" for row in missing),
                action=_("Fill in"),
            )
        ]


class ToRun:
    """For the county office: ratings to open, scoring to close, ratings to close."""

    def entries(self, user: User) -> list[Todo]:
        if not user.reach("ratings.manage_cycle"):
            return []
        running = [entry for cycle in asked(_running, user) if (entry := self._entry(cycle, timezone.now()))]
        return [*self._to_open(user), *running]

    def _to_open(self, user: User) -> list[Todo]:
        return [
            Todo(
                _("Open the rating of %s") % year,
                reverse("cycle_open", args=[pk]),
                detail=name,
                action=_("Open the rating"),
            )
            for pk, year, name in asked(_to_open, user)
        ]

    def _entry(self, cycle: Any, now: datetime) -> Todo | None:
        if cycle.reviewed_until is None or now < cycle.reviewed_until:
            return None
        url = reverse("cycle", args=[cycle.pk])
        if cycle.scoring_closed_at is None:
            return Todo(
                _("Close the scoring of %s") % cycle.year,
                url,
                due=cycle.reviewed_until,
                action=_("Open"),
                since=cycle.reviewed_until,
            )
        return Todo(
            _("Close the rating of %s") % cycle.year,
            url,
            due=cycle.reviewed_until,
            action=_("Open"),
            since=cycle.scoring_closed_at,
        )


def _running(user: User) -> QuerySet[Cycle]:
    cycles = reached(user, "ratings.manage_cycle", Cycle.objects.filter(state=Cycle.State.OPEN))
    review = Window.objects.filter(cycle=OuterRef("pk"), step=CycleStep.COUNTY_REVIEW)
    return cycles.annotate(reviewed_until=Subquery(review.values("closes")))


def _to_open(user: User) -> QuerySet:
    """Issued schemes of whose year and level nothing has been opened."""
    waiting: QuerySet[Scheme] = reached(user, "ratings.manage_cycle", Scheme.objects.issued().filter(cycles=None))
    same = Cycle.objects.filter(unit=OuterRef("unit"), year=OuterRef("year"), scheme__rates=OuterRef("rates"))
    waiting = waiting.annotate(there=Subquery(same.values("pk")[:1])).filter(there=None)
    return waiting.values_list("pk", "year", "name")


SOURCES = (
    ToBegin(),
    InVillageHands(),
    ToAccept(Stage.TOWNSHIP, CycleStep.TOWNSHIP_REVIEW),
    ToAccept(Stage.COUNTY, CycleStep.COUNTY_REVIEW),
    ToSupply(),
    ToRun(),
)
