"""Convening panels: who sits, and how far each reviewer is."""

from dataclasses import dataclass

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.models import User
from accounts.people import holders
from ratings.models import Cycle
from records.numbers import keys
from records.refusals import Incomplete
from reviews.models import Panel, Sheet
from reviews.stages import BENCHES, Bench
from reviews.workflow import panels as workflow
from villages.models import Unit, prefixes


@dataclass(frozen=True)
class Place:
    """A panel that exists or may be convened: its reviewers to choose from, with what each has done."""

    cycle: Cycle
    unit: Unit
    bench: Bench
    panel: Panel | None
    people: list[User]


@login_required
def panels(request: HttpRequest) -> HttpResponse:
    """The panels of the open cycles at the places where the reader convenes."""
    places = [place for bench, codes in _convening(request.user) for place in _places(bench, codes)]
    return render(request, "reviews/panels.html", {"places": places})


@login_required
@require_POST
def convene(request: HttpRequest, cycle: int, unit: str, stage: str) -> HttpResponse:
    if stage not in BENCHES or not request.user.reach(BENCHES[stage].permission("convene")):
        raise Http404
    place = get_object_or_404(
        Unit.objects.within_any(request.user.reach(BENCHES[stage].permission("convene"))), pk=unit
    )
    found = get_object_or_404(Cycle.objects.filter(unit__in=prefixes(unit)), pk=cycle)
    reviewers = User.objects.filter(pk__in=keys(request.POST.getlist("reviewer")))
    try:
        workflow.convene(found, place, stage, list(reviewers), by=request.user, reason=request.POST.get("reason", ""))
    except Incomplete as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("The panel of %(unit)s sits.") % {"unit": place})
    return redirect("review_panels")


def _convening(user: User) -> list[tuple[Bench, list[str]]]:
    found = [(bench, user.reach(bench.permission("convene"))) for bench in BENCHES.values()]
    found = [(bench, codes) for bench, codes in found if codes]
    if not found:
        raise Http404
    return found


def _places(bench: Bench, codes: list[str]) -> list[Place]:
    """The places of ``bench`` that are held directly, in every open cycle, with progress per person."""
    units = {
        unit.code: unit for unit in Unit.objects.filter(code__in=[c for c in codes if len(c) == bench.code_length])
    }
    cycles = Cycle.objects.filter(state=Cycle.State.OPEN, unit__in={code[:6] for code in units}).select_related("unit")
    kept = {
        (panel.cycle_id, panel.unit_id): panel
        for panel in Panel.objects.filter(unit__in=units, stage=bench.stage).prefetch_related("seats")
    }
    people = _people(bench, units)
    return [
        Place(cycle, unit, bench, kept.get((cycle.pk, code)), _with_progress(people[code], kept.get((cycle.pk, code))))
        for cycle in cycles
        for code, unit in units.items()
        if code.startswith(cycle.unit_id)
    ]


def _people(bench: Bench, units: dict[str, Unit]) -> dict[str, list[User]]:
    held = holders([bench.reviewer], units)
    ids = {user for users in held.values() for user in users}
    handed_in, recused = (
        Count(
            "sheets", filter=Q(sheets__stage=bench.stage, sheets__state=state, sheets__application__cycle__state="open")
        )
        for state in (Sheet.State.HANDED_IN, Sheet.State.RECUSED)
    )
    waiting = Count(
        "sheets",
        filter=Q(
            sheets__stage=bench.stage,
            sheets__state=Sheet.State.OPEN,
            sheets__application__state=bench.state,
            sheets__application__cycle__state="open",
        ),
    )
    found = {
        user.pk: user
        for user in User.objects.filter(pk__in=ids).annotate(handed_in=handed_in, recused=recused, waiting=waiting)
    }
    return {code: [found[pk] for pk in sorted(held.get(code, ()))] for code in units}


def _with_progress(people: list[User], panel: Panel | None) -> list[User]:
    seated = {seat.reviewer_id for seat in panel.seats.all()} if panel else set()
    for person in people:
        person.seated = person.pk in seated
    return people
