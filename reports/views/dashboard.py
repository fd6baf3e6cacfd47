"""Pages for those who oversee a unit."""

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.authority import reached, reached_or_404
from accounts.models import User
from accounts.prepared import asked
from ratings.models import Cycle
from reports.board_asked import Asked
from reports.board_parts import star_names, unit_rows
from reports.dashboard import Board, board
from reports.duties import duties, kept
from reports.findings import AsOf
from reports.forms import DayForm
from reports.kept_boards import drawn_board
from villages.models import Level, Unit, below, prefixes
from villages.townships import Townships

VIEW_DASHBOARD = "reports.view_dashboard"
# A village has no dashboard of its own.
OTHER_LEVELS = {Level.TOWNSHIP: gettext_lazy("Townships rated"), Level.STATION: gettext_lazy("Stations rated")}
"""The levels that are rated beside villages."""
PLACES = Unit.objects.exclude(level__in=["village", "station"])


@login_required
def dashboard_home(request: HttpRequest) -> HttpResponse:
    """The dashboard of the unit that the person oversees (the topmost of several)."""
    code = topmost(request.user)
    if code is None:
        raise Http404
    return redirect("dashboard", code)


def topmost(user: User, permission: str = VIEW_DASHBOARD) -> str | None:
    """The code of the unit that ``user`` oversees; the largest of several."""
    return min(user.reach(permission), key=lambda code: (len(code), code), default=None)


@login_required
def dashboard(request: HttpRequest, code: str) -> HttpResponse:
    unit = next(iter(asked(_place, request.user, code)), None)
    if unit is None:
        raise Http404
    as_of = AsOf(unit, DayForm.day_of(request.GET))
    choice = Asked.by(request.user, as_of, request.GET.get("figure", ""))
    request.townships = Townships()
    drawn, answers = drawn_board(as_of, choice, request.townships)
    context = {
        "drawn": drawn,
        "answers": answers,
        "lists": choice.lists,
        "as_of": as_of,
        "base": reverse("dashboard", args=[code]),
        "and_day": as_of.and_day,
        "form": DayForm({"day": as_of.day}),
        **({"duties": duties(request.user, as_of)} if choice.lists else {"warnings": kept(request.user, as_of)}),
        "above": above(request, unit),
        "other_levels": [(level, name) for level, name in OTHER_LEVELS.items() if level in unit.rates],
    }
    return render(request, "reports/dashboard.html", context)


def _place(user: User, code: str) -> QuerySet[Unit]:
    places = PLACES.filter(code=code).annotate(rates=ArraySubquery(levels_rated(code)))
    return reached(user, VIEW_DASHBOARD, places, "code")


@login_required
def level_dashboard(request: HttpRequest, code: str, level: str) -> HttpResponse:
    """The rated townships or stations of a place: where their rating stands, and the star of each."""
    unit = reached_or_404(request.user, VIEW_DASHBOARD, PLACES, field="code", code=code)
    if level not in OTHER_LEVELS:
        raise Http404
    seen = board(unit, timezone.now(), with_open=False, rates=level)
    context = {
        "board": seen,
        "level": level,
        "name": OTHER_LEVELS[Level(level)],
        "stars": star_names(seen),
        "rows": star_rows(seen),
        "units": unit_rows(seen),
    }
    return render(request, "reports/level.html", context)


def levels_rated(code: str) -> QuerySet[Cycle, str]:
    """The levels that are rated in the place ``code``."""
    here = below(code, "unit_id") | Q(pk__in=Cycle.objects.reaching([code]))
    return Cycle.objects.filter(here).order_by().values_list("scheme__rates", flat=True).distinct()


def above(request: HttpRequest, unit: Unit) -> list[str]:
    """The codes above ``unit`` that the person may open too, topmost first."""
    held = request.user.reach(VIEW_DASHBOARD)
    return [code for code in prefixes(unit.code)[:-1] if any(code.startswith(top) for top in held)]


def star_rows(seen: Board) -> list[dict]:
    """Stars by unit, the total last."""
    names = star_names(seen)
    return [
        {
            "place": place,
            "cells": [{"star": star, "name": name, "count": place.stars[star]} for star, name in names.items()],
        }
        for place in [*seen.places, seen.total]
    ]
