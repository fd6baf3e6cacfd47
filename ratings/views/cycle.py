"""The county office's cycles: opened, overseen by township, and closed with their exceptions."""

from collections import defaultdict
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import Count
from django.db.models.functions import Substr
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import reached, reached_or_404
from ratings.disclosure import with_shown_state
from ratings.forms.office_forms import ExtendForm, WindowsForm, initial_windows
from ratings.forms.working_days import COUNT
from ratings.models import Application, Cycle, Scheme
from ratings.workflow import cycle as workflow
from records import previews
from records.confirming import Tried, carry_out
from records.deadlines import end_of
from records.refusals import UnknownFields, WrongState, refuse_unknown_fields
from villages.models import Level, Unit

State = Application.State
MANAGE = "ratings.manage_cycle"


@login_required
def cycles(request: HttpRequest) -> HttpResponse:
    """Every cycle of the county, and issued schemes without one."""
    if not request.user.reach(MANAGE):
        raise Http404
    there = reached(request.user, MANAGE, Cycle.objects.select_related("unit", "scheme")).order_by("-year", "unit")
    waiting = reached(request.user, MANAGE, Scheme.objects.issued().filter(cycles=None).select_related("unit"))
    used = {(cycle.unit_id, cycle.year, cycle.scheme.rates) for cycle in there}
    return render(
        request,
        "ratings/cycle/list.html",
        {
            "cycles": there.annotate(applied=Count("applications")),
            "schemes": [s for s in waiting.defer("body") if (s.unit_id, s.year, s.rates) not in used],
        },
    )


def managed(request: HttpRequest, pk: int) -> Cycle:
    """The cycle, if the user manages it; otherwise 404."""
    rows = Cycle.objects.select_related("unit", "scheme").prefetch_related("windows")
    return reached_or_404(request.user, MANAGE, rows, pk=pk)


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Windows, progress by township, and the two last steps; a POST changes the windows."""
    cycle, step, tried = managed(request, pk), f"set_windows:{pk}", Tried(None)
    form, key = _windows_form(cycle, request.POST or None), ""
    if COUNT in request.POST:
        if counted := form.counted():
            form = WindowsForm(rates=cycle.scheme.rates, initial=counted)
        else:
            tried = Tried(None, 400)
        key = request.POST.get("key", "")  # still of the times over which these were typed
    elif request.method == "POST":

        def save(shown: Any) -> Cycle:
            workflow.set_windows(cycle, form.windows, by=request.user, expected=shown)
            workflow.ask_for_minutes(cycle, form.cleaned_data.get("meeting_minutes_required", False), by=request.user)
            return cycle

        tried = carry_out(request, step, form, save, done=lambda: cycle)
        if tried.made:
            messages.success(request, _("The times are saved."))
            return redirect("cycle", pk)
        if tried.status == 409:  # typed over windows that have changed since (stale)
            for problem in form.non_field_errors():
                messages.warning(request, problem)
            cycle = managed(request, pk)
            form = _windows_form(cycle)
    return render(
        request,
        "ratings/cycle/cycle.html",
        {
            "cycle": cycle,
            "form": form,
            "key": key or previews.keep(request.user, step, workflow.times_of(cycle)),
            "open": cycle.state == Cycle.State.OPEN,
            "reversals": cycle.closing_reversals.select_related("by").order_by("-at"),
            **_progress(cycle, request.user),
            **_scoring(cycle, request.user),
        },
        status=tried.status,
    )


def _windows_form(cycle: Cycle, typed: Any = None) -> WindowsForm:
    asked = {"meeting_minutes_required": cycle.meeting_minutes_required}
    return WindowsForm(typed, rates=cycle.scheme.rates, initial=initial_windows(cycle.windows.all()) | asked)


def _progress(cycle: Cycle, user: Any) -> dict[str, Any]:
    """How many applications are in which state, by township; rated units without one are "not begun"."""
    rated = dict(
        cycle.rated_units()
        .order_by()
        .annotate(township=Substr("code", 1, 9))
        .values_list("township")
        .annotate(n=Count("code"))
    )
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    rows = with_shown_state(cycle.applications.order_by(), user).annotate(township=Substr("unit_id", 1, 9))
    for township, state, n in rows.values_list("township", "shown_state").annotate(n=Count("pk")):
        counts[township][state] = n
    names = dict(Unit.objects.within(cycle.unit_id).filter(level=Level.TOWNSHIP).values_list("code", "name"))
    states = [state for state in State if any(state in of for of in counts.values())]
    table = [
        {
            "code": code,
            "name": names.get(code, code),
            "rated": n,
            "none": n - sum(counts[code].values()),
            "cells": [(state.label, counts[code].get(state, 0)) for state in states],
        }
        for code, n in sorted(rated.items())
    ]
    totals = [sum(of.get(state, 0) for of in counts.values()) for state in states]
    return {
        "states": [(state, state.label, total) for state, total in zip(states, totals, strict=True)],
        "table": table,
        "rated": sum(rated.values()),
        "none": sum(rated.values()) - sum(totals),
    }


@login_required
def extend(request: HttpRequest, pk: int) -> HttpResponse:
    """Extend a review, in the whole county or for one unit, with a reason."""
    cycle = managed(request, pk)
    form = ExtendForm(request.POST or None, cycle=cycle)
    step, tried = f"extend:{pk}", Tried(None)

    def give(shown: Any) -> Cycle:
        given = form.cleaned_data
        more = {"closes": end_of(given["closes"]), "reason": given["reason"], "by": request.user}
        workflow.more_time(cycle, given["step"], given["unit"], expected=shown, **more)
        return cycle

    if COUNT in request.POST:
        if counted := form.counted():
            form = ExtendForm(cycle=cycle, initial=counted)
        else:
            tried = Tried(None, 400)
    elif request.method == "POST":
        tried = carry_out(request, step, form, give, done=lambda: cycle)
        if tried.made:
            messages.success(request, _("There is more time. Those who review have been told."))
            return redirect("cycle", pk)
    key = previews.keep(request.user, step, workflow.times_of(cycle))
    return render(request, "ratings/cycle/extend.html", {"cycle": cycle, "form": form, "key": key}, status=tried.status)


def _scoring(cycle: Cycle, user: Any) -> dict[str, Any]:
    """What closing scoring would mean, kept under the key of its button; nothing when it is closed."""
    if cycle.scoring_closed_at or cycle.state != Cycle.State.OPEN:
        return {}
    shown = workflow.scored_so_far(cycle)
    return {"scoring": shown, "scoring_key": previews.keep(user, f"close_scoring:{cycle.pk}", shown)}


@login_required
@require_POST
def close_scoring(request: HttpRequest, pk: int) -> HttpResponse:
    """Close scoring as the page of the cycle showed it, or not at all."""
    cycle = managed(request, pk)
    closed = _("Scoring is closed; ranks are known.")
    try:
        refuse_unknown_fields(request.POST, ["key"])
        with previews.confirming(request.user, f"close_scoring:{pk}", request.POST.get("key", "")) as shown:
            workflow.close_scoring(cycle, by=request.user, expected=shown)
    except previews.AlreadyDone:
        messages.success(request, closed)
    except (UnknownFields, WrongState) as refused:
        messages.warning(request, str(refused))
    else:
        messages.success(request, closed)
    return redirect("cycle", pk)
