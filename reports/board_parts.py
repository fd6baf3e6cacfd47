"""What the parts of a dashboard show that every reader with the same rights sees alike, for their templates
(``templates/reports/board``)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.safestring import SafeString

from accounts.templatetags.face import star_name
from reports import charts, drawn, loss_charts
from reports.dashboard import NOT_BEGUN, STAGES, Board, DashboardPlace, DashboardStage
from reports.findings import AsOf, counted
from reports.listing import STAGE
from reports.words import names_of, schemes_of


def pictures(asked: Collection[str], as_of: AsOf, seen: Board, links: drawn.ListLinks) -> dict[str, Any]:
    """The pictures of a city or below that answer what is ``asked``, each with its heading from the same counts."""
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


def star_names(seen: Board) -> dict[int, str]:
    """Every star that there is with its name, highest first."""
    return {star: star_name(star) for star in range(seen.top_star, -1, -1)}


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
