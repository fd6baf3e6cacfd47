"""Pages of those who watch over a place."""

from itertools import groupby

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone

from accounts.authority import reached_or_404
from accounts.models import User
from reports import charts
from reports.dashboard import Board, Square, board
from villages.models import Unit, prefixes

VIEW_DASHBOARD = "reports.view_dashboard"
# A village has no dashboard of its own.
PLACES = Unit.objects.exclude(level__in=["village", "station"])


@login_required
def dashboard_home(request: HttpRequest) -> HttpResponse:
    """The dashboard of the place that the person watches over (the topmost of several)."""
    code = topmost(request.user)
    if code is None:
        raise Http404
    return redirect("dashboard", code)


def topmost(user: User) -> str | None:
    """The code of the place that ``user`` watches over; the largest of several."""
    return min(user.reach(VIEW_DASHBOARD), key=lambda code: (len(code), code), default=None)


@login_required
def dashboard(request: HttpRequest, code: str) -> HttpResponse:
    unit = reached_or_404(request.user, VIEW_DASHBOARD, PLACES, field="code", code=code)
    seen = board(unit, timezone.now())
    context = {
        "board": seen,
        "above": above(request, unit),
        "now": timezone.now(),
        "legend": [{"star": star, "count": seen.total.stars[star]} for star in range(seen.top_star, -1, -1)],
        "stars": range(seen.top_star, -1, -1),
        "rows": star_rows(seen),
        "movement": movement(seen),
        "matrix": matrix(seen),
        "groups": wall(seen),
        "chart": charts.distribution(seen.total.before, seen.total.stars, seen.top_star),
    }
    return render(request, "reports/dashboard.html", context)


def above(request: HttpRequest, unit: Unit) -> list[str]:
    """The codes above ``unit`` that the person may open too, topmost first."""
    held = request.user.reach(VIEW_DASHBOARD)
    return [code for code in prefixes(unit.code)[:-1] if any(code.startswith(top) for top in held)]


def star_rows(seen: Board) -> list[dict]:
    """Stars by place, the whole last."""
    stars = range(seen.top_star, -1, -1)
    return [
        {"place": place, "cells": [{"star": star, "count": place.stars[star]} for star in stars]}
        for place in [*seen.places, seen.total]
    ]


def movement(seen: Board) -> list[dict]:
    """The chart's figures."""
    total = seen.total
    return [
        {"star": star, "before": total.before[star], "now": total.stars[star]} for star in range(seen.top_star, -1, -1)
    ]


def matrix(seen: Board) -> list[dict]:
    """By place, how many have not got through each step that has an end; ``late`` when that day is past."""
    steps = seen.pipe[:-1]
    return [
        {
            "place": place,
            "cells": [
                {"name": step.name, "count": sum(place.stages[one.key] for one in steps[: n + 1]), "late": step.late}
                for n, step in enumerate(steps)
            ],
        }
        for place in seen.places
    ]


def wall(seen: Board) -> list[dict]:
    """Squares under the place one step below; a township's own are one group."""
    names = {place.code: place.name for place in seen.places} or {seen.unit.code: seen.unit.name}
    digits = len(next(iter(names)))
    return [
        {"name": names.get(code, code), "units": [linked(square) for square in squares]}
        for code, squares in groupby(seen.squares, key=lambda square: square.code[:digits])
    ]


def linked(square: Square) -> dict:
    url = reverse("register_unit", args=[square.code])
    return {"name": square.name, "star": square.star, "flag": square.flag, "url": url}
