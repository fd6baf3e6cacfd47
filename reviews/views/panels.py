"""Convening panels: who sits, how far each reviewer is, drawing members by lot."""

from collections.abc import Iterable
from copy import copy
from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Prefetch, Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.role_holders import holders
from ratings.models import Cycle, Stage
from records.confirming import not_taken
from records.numbers import keys
from records.refusals import Incomplete, Outdated
from records.tickets import ticket
from reviews.models import Draw, Panel, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel, late_applications
from reviews.panels.draw import DrawCandidate, Rules, TooFew, may_be_drawn, repeat
from reviews.panels.panel_assignment import seated as seated_on
from reviews.panels.panel_assignment import seats_text
from reviews.workflow import draws
from reviews.workflow import panels as workflow
from villages.models import Level, Unit, below_any, county_of


@dataclass(frozen=True)
class PanelPlace:
    """A panel that exists or may be convened: its reviewers to choose from, with the progress of each.

    ``group``: its name, None where a new group may be made of ``parts``, the villages or townships of the unit.
    """

    cycle: Cycle
    unit: Unit
    review_level: ReviewLevel
    panel: Panel | None
    people: list[User]
    group: str | None = ""
    parts: list[Unit] | None = None

    @property
    def seated(self) -> list[User]:
        return [person for person in self.people if person.seated]

    @property
    def seats(self) -> str:
        """The seats as the page shows them: a form sent later detects whether they have changed (stale)."""
        return _seats(self.panel)

    @property
    def usual(self) -> int:
        """The default number for a draw."""
        return len(self.seated) or min(3, len(self.people))

    @property
    def covers(self) -> str:
        codes = self.panel.covers if self.panel else []
        return "、".join(part.name for part in self.parts or () if part.code in codes)


@login_required
def panels(request: HttpRequest) -> HttpResponse:
    """The panels where the reader convenes: of the open cycles, and of closed ones that still have exceptions there."""
    places = [place for review_level, codes in _convening(request.user) for place in _places(review_level, codes)]
    return render(request, "reviews/panels/panels.html", {"places": places})


@login_required
@require_POST
def convene(request: HttpRequest, cycle: int, unit: str, stage: str) -> HttpResponse:
    found_cycle, place = _convened_at(request.user, cycle, unit, stage)
    reviewers = User.objects.filter(pk__in=keys(request.POST.getlist("reviewer")))
    try:
        workflow.convene(found_cycle, place, stage, list(reviewers), by=request.user, **_panel_of(request))
    except Incomplete as refused:
        not_taken(request, refused, 400)
    else:
        messages.success(request, _("The panel of %(unit)s has been convened.") % {"unit": place})
    return redirect("review_panels")


@login_required
@require_POST
def draw(request: HttpRequest, cycle: int, unit: str, stage: str) -> HttpResponse:
    """Draw a panel, or one member for ``replacing``; then show the result, its input and the procedure."""
    found_cycle, place = _convened_at(request.user, cycle, unit, stage)
    replacing = User.objects.filter(pk__in=keys([request.POST.get("replacing", "")])).first()
    per_home = next(iter(keys([request.POST.get("per_home", "")])), None)
    rules = Rules(
        number=1 if replacing else min(50, next(iter(keys([request.POST.get("number", "")])), 0)),
        per_home=per_home or None,
        rotate="rotate" in request.POST,
    )
    seed = request.POST.get("seed", "")[:64]
    try:
        drawn = draws.draw_panel(
            found_cycle, place, stage, rules, by=request.user, replacing=replacing, seed=seed, **_panel_of(request)
        )
    except Incomplete as refused:
        not_taken(request, refused, 400)
        return redirect("review_panels")
    messages.success(request, _("Drawn and seated."))
    return redirect("review_draw", drawn.pk)


@login_required
def shown_draw(request: HttpRequest, pk: int) -> HttpResponse:
    """A draw with all of its input; ``?repeat`` reproduces it from the seed."""
    draw = get_object_or_404(_draws_for(request.user), pk=pk)
    rules = Rules(**draw.rules)
    names = dict(User.objects.filter(username__in=[c["name"] for c in draw.candidates]).values_list("username", "name"))
    rows = [
        {
            "candidate": candidate,
            "person": names.get(candidate.name, candidate.name),
            "ticket": ticket(draw.seed, candidate.name),
            "eligible": may_be_drawn(candidate, rules),
            "drawn": candidate.name in draw.drawn,
        }
        for candidate in (DrawCandidate(**one) for one in draw.candidates)
    ]
    again = None
    if "repeat" in request.GET:
        try:
            again = repeat(draw.candidates, draw.rules, draw.seed)
        except TooFew:
            again = []
    rows.sort(key=lambda row: row["ticket"])
    return render(
        request,
        "reviews/panels/draw.html",
        {"draw": draw, "rules": rules, "rows": rows, "again": again, "same": again == draw.drawn},
    )


def _draws_for(user: User) -> QuerySet[Draw]:
    """Draws of the panels that ``user`` convenes, decides after or sits on."""
    mine = Q(panel__in=Panel.objects.filter(reviewers=user))
    for review_level in REVIEW_LEVELS.values():
        codes = {code for verb in ("convene", "decide") for code in user.reach(review_level.permission(verb))}
        mine |= below_any(codes, "panel__unit_id") & Q(panel__stage=review_level.stage)
    return Draw.objects.filter(mine).select_related("panel__unit", "panel__cycle__scheme", "by")


def _panel_of(request: HttpRequest) -> dict:
    return {
        "group": request.POST.get("group", "")[:50],
        "covers": request.POST.getlist("covers"),
        "reason": request.POST.get("reason", ""),
        "expected": _shown_seats(request),
    }


def _shown_seats(request: HttpRequest) -> str:
    """The seats as the page showed them."""
    if "seated" not in request.POST:
        raise Outdated(_("This page is out of date. Nothing was done. Please look again."))
    return request.POST["seated"]


def _seats(panel: Panel | None) -> str:
    return seats_text(seated_on(panel)) if panel else ""


def _convened_at(user: User, cycle: int, unit: str, stage: str) -> tuple[Cycle, Unit]:
    if stage not in REVIEW_LEVELS or not user.reach(REVIEW_LEVELS[stage].permission("convene")):
        raise Http404
    place = get_object_or_404(Unit.objects.within_any(user.reach(REVIEW_LEVELS[stage].permission("convene"))), pk=unit)
    return get_object_or_404(Cycle.objects.reaching([unit]), pk=cycle), place


def _convening(user: User) -> list[tuple[ReviewLevel, list[str]]]:
    offices = [
        (review_level, user.reach(review_level.permission("convene"))) for review_level in REVIEW_LEVELS.values()
    ]
    offices = [(review_level, codes) for review_level, codes in offices if codes]
    if not offices:
        raise Http404
    return offices


def _places(review_level: ReviewLevel, codes: list[str]) -> list[PanelPlace]:
    """The panels at the units of ``review_level`` that are held directly, with progress per person.

    In every open cycle, and where an exception of a closed one is still to be reviewed.
    """
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(code__in=[c for c in codes if len(c) == review_level.code_length])
    }
    waiting = (
        late_applications(review_level).filter(below_any(units, "unit_id")).order_by().values_list("cycle", "unit_id")
    )
    exceptional = {(cycle, unit[: review_level.code_length]) for cycle, unit in waiting} if units else set()
    wanted = Q(state=Cycle.State.OPEN) | Q(pk__in={cycle for cycle, _unit in exceptional})
    of_counties = Cycle.objects.filter(wanted, unit__in={county_of(code) for code in units})
    cycles = of_counties.select_related("unit", "scheme")
    by_place: dict[tuple[int, str], list[Panel]] = {}
    shown = Panel.objects.filter(unit__in=units, stage=review_level.stage).prefetch_related(
        "seats", Prefetch("draws", Draw.objects.only("panel_id", "at"))
    )
    for panel in shown.order_by("group"):
        by_place.setdefault((panel.cycle_id, panel.unit_id), []).append(panel)
    people, parts = _people(review_level, units), _parts(review_level, units)
    places = []
    for cycle in cycles:
        reviewing = _reviewing(cycle, units)
        for code, unit in units.items():
            if code in reviewing and (cycle.state == Cycle.State.OPEN or (cycle.pk, code) in exceptional):
                panels = by_place.get((cycle.pk, code), [])
                whole = [] if any(not panel.group for panel in panels) else [None]
                for panel in [*whole, *panels]:
                    own = _with_progress(people[code], panel)
                    group = panel.group if panel else ""
                    places.append(PanelPlace(cycle, unit, review_level, panel, own, group, parts.get(code)))
                places.append(
                    PanelPlace(
                        cycle, unit, review_level, None, _with_progress(people[code], None), None, parts.get(code)
                    )
                )
    return places


def _reviewing(cycle: Cycle, codes: Iterable[str]) -> set[str]:
    """Those of ``codes`` where it is reviewed. Villages are everywhere; townships without a station have none."""
    here = {code for code in codes if cycle.works_at(code)}
    if cycle.scheme.rates != Level.STATION:
        return here
    rated = cycle.rated_units().filter(below_any(here)).values_list("code", flat=True)
    return {code for code in here if any(one.startswith(code) for one in rated)}


def _parts(review_level: ReviewLevel, units: dict[str, Unit]) -> dict[str, list[Unit]]:
    """What a group of a county may score: its townships."""
    by_place: dict[str, list[Unit]] = {}
    if review_level.stage != Stage.COUNTY:
        return by_place
    for unit in Unit.objects.filter(below_any(units), level=Level.TOWNSHIP).only("code", "name").order_by("code"):
        by_place.setdefault(unit.code[: review_level.code_length], []).append(unit)
    return by_place


def _people(review_level: ReviewLevel, units: dict[str, Unit]) -> dict[str, list[User]]:
    held = holders([review_level.reviewer], units)
    ids = {user for users in held.values() for user in users}
    handed_in, recused = (
        Count(
            "sheets",
            filter=Q(sheets__stage=review_level.stage, sheets__state=state, sheets__application__cycle__state="open"),
        )
        for state in (Sheet.State.HANDED_IN, Sheet.State.RECUSED)
    )
    waiting = Count(
        "sheets",
        filter=Q(
            sheets__stage=review_level.stage,
            sheets__state=Sheet.State.OPEN,
            sheets__application__state=review_level.state,
        ),
    )
    by_person = {
        user.pk: user
        for user in User.objects.filter(pk__in=ids).annotate(handed_in=handed_in, recused=recused, waiting=waiting)
    }
    return {code: [by_person[pk] for pk in sorted(held.get(code, ()))] for code in units}


def _with_progress(people: list[User], panel: Panel | None) -> list[User]:
    seated = seated_on(panel) if panel else set()
    own = [copy(person) for person in people]
    for person in own:
        person.seated = person.pk in seated
    return own
