"""Pages for those who oversee a unit."""

from collections import defaultdict
from itertools import groupby
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from accounts.authority import reached_or_404
from accounts.models import User
from accounts.templatetags.face import star_name
from ratings.models import Cycle
from reports import charts, drawn, loss_charts
from reports.dashboard import NOT_BEGUN, STAGES, Board, DashboardPlace, DashboardStage, board
from reports.duties import duties, kept
from reports.findings import PICTURED, AsOf, counted
from reports.forms import DayForm
from reports.listing import STAGE, may_ask
from reports.models import WarningThreshold
from reports.tiles import figures_of, tile_map
from reports.words import names_of, schemes_of
from reports.workflow import SETTING_LEVELS
from villages.models import CODE_LENGTHS, COUNTY_LENGTH, Level, Unit, below, prefixes

VIEW_DASHBOARD = "reports.view_dashboard"
# A village has no dashboard of its own.
LISTED_FROM = CODE_LENGTHS[1]
"""How long the code of a unit is whose figures open lists: a city's; a province has too many rows."""
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
    places = PLACES.annotate(rates=ArraySubquery(levels_rated(code)))
    unit = reached_or_404(request.user, VIEW_DASHBOARD, places, field="code", code=code)
    as_of = AsOf(unit, DayForm.day_of(request.GET))
    pictured = len(code) >= LISTED_FROM
    seen = board(unit, as_of.moment, with_open=not pictured)
    figures = figures_of(as_of.is_today)
    base, and_day = reverse("dashboard", args=[code]), "" if as_of.is_today else f"&day={as_of.day:%Y-%m-%d}"
    links = drawn.ListLinks(base, and_day) if pictured else None
    stars = star_names(seen)
    tiles = tile_map(seen, figures, request.GET.get("figure", ""))
    context = {
        "board": seen,
        "figures": figures,
        "tiles": tiles,
        "drawn_tiles": drawn.tiles(tiles.tiles, links) if tiles else "",
        "lists": pictured,
        "may_move": request.user.has_perm(WarningThreshold.SET, unit) and unit.level in SETTING_LEVELS,
        "as_of": as_of,
        "base": base,
        "and_day": and_day,
        "form": DayForm({"day": as_of.day}),
        **(answers(request, as_of, seen, links) if links else {"warnings": kept(request.user, as_of)}),
        "above": above(request, unit),
        "stars": stars,
        "rows": [(place, drawn.star_cells(place, stars, links)) for place in [*seen.places, seen.total]],
        "movement": movement(seen, as_of.heading, links),
        "steps": [step.name for step in steps(seen)],
        "matrix": matrix(seen, links),
        "groups": wall(seen),
        "villages": unit_rows(seen) if seen.is_township else [],
        "other_levels": [(level, name) for level, name in OTHER_LEVELS.items() if level in unit.rates],
    }
    return render(request, "reports/dashboard.html", context)


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


def answers(request: HttpRequest, as_of: AsOf, seen: Board, links: drawn.ListLinks) -> dict[str, Any]:
    """The pictures of a city or below, each with its heading from the same counts."""
    asked = [question for question in PICTURED if may_ask(request.user, as_of.unit, question)]
    if len(as_of.unit.code) < COUNTY_LENGTH:
        asked.remove("losses")  # each county has its own criteria
    rows = defaultdict(list)
    for row in counted(as_of, asked):
        rows[row.question].append(row)
    schemes = schemes_of(as_of.unit)
    names = names_of(schemes)
    places = {place.code: place.name for place in seen.places} or {one.code: one.name for one in seen.squares}
    last = max((row.a for row in rows["losses"]), default="")
    used = next((scheme for scheme in schemes if str(scheme.year) == last), schemes[0] if schemes else None)
    lost = loss_charts.losses(rows["losses"], used, {} if seen.is_township else places)
    heat = [(one, drawn.heat_cells(one, links)) for one in lost.criteria] if lost else []
    stars = charts.star_years(rows["stars"], as_of.day)
    events = charts.events(rows["events"], names.events, places, as_of.day) if "events" in asked else None
    return {
        "duties": duties(request.user, as_of),
        "star_years": stars,
        "columns": [
            (year, drawn.year_column(year, parts, links), drawn.year_cells(parts, links))
            for year, parts in stars.columns
        ],
        "events": events,
        "kinds": [(kind, drawn.months(kind.months, links)) for kind in events.kinds] if events else [],
        "disputes": charts.disputes(rows["disputes"]),
        "money": charts.money(rows["money"]) if rows["money"] else None,
        "losses": lost,
        "shown": heat[: loss_charts.HEATED],
        "rest": heat[loss_charts.HEATED :],
        "gap": charts.gap(rows["gap"]) if rows["gap"] else None,
    }


def above(request: HttpRequest, unit: Unit) -> list[str]:
    """The codes above ``unit`` that the person may open too, topmost first."""
    held = request.user.reach(VIEW_DASHBOARD)
    return [code for code in prefixes(unit.code)[:-1] if any(code.startswith(top) for top in held)]


def star_names(seen: Board) -> dict[int, str]:
    """Every star that there is with its name, highest first."""
    return {star: star_name(star) for star in range(seen.top_star, -1, -1)}


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


def movement(seen: Board, heading: str, links: drawn.ListLinks | None) -> list[dict]:
    """The figures of the chart; ``heading``: of the column of the day."""
    then, now = seen.total.before, seen.total.stars
    return [
        {
            "star": star,
            "name": name,
            "now": now[star],
            "cells": drawn.moved_cells(star, then[star], now[star], heading, links),
        }
        for star, name in star_names(seen).items()
    ]


def steps(seen: Board) -> list[DashboardStage]:
    """The steps with a deadline."""
    return [step for step in seen.pipe[:-1] if step.key != NOT_BEGUN]


def matrix(seen: Board, links: drawn.ListLinks | None) -> list[tuple[DashboardPlace, SafeString]]:
    """By unit, how many have not passed each of the ``steps``; late when that day is past."""
    keys = [step.key for step in steps(seen)]
    heads = [(str(step.name), step.late) for step in steps(seen)]
    return [
        (
            place,
            drawn.stage_cells(
                [
                    drawn.StageCell(
                        name,
                        sum(place.stages[key] for key in keys[: n + 1]),
                        late,
                        charts.query(STAGE, a=keys[: n + 1], place=place.code),
                    )
                    for n, (name, late) in enumerate(heads)
                ],
                links,
            ),
        )
        for place in seen.begun
    ]


def wall(seen: Board) -> list[dict]:
    """Squares under the unit one level below; a township's own are one group."""
    places = {place.code: place.name for place in seen.places} or {seen.unit.code: seen.unit.name}
    digits = len(next(iter(places)))
    names = star_names(seen)
    return [
        {"name": places.get(code, code), "squares": drawn.squares(squares, names)}
        for code, squares in groupby(seen.squares, key=lambda square: square.code[:digits])
    ]


def unit_rows(seen: Board) -> list[dict]:
    """The rated units, each with its star in words and the stage of its application."""
    names = star_names(seen) | {None: star_name(None)}
    return [
        {
            "name": square.name,
            "url": reverse("unit_file", args=[square.code]),
            "star": names[square.star],
            "before": names[square.before],
            "stage": STAGES[square.stage][0],
            "flag": square.flag,
        }
        for square in seen.squares
    ]
