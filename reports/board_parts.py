"""What the parts of a dashboard show that every reader with the same rights sees alike, for their templates
(``templates/reports/board``)."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import groupby

from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from reports import charts, drawn
from reports.dashboard import NOT_BEGUN, STAGES, Board, DashboardPlace, DashboardStage
from reports.listing import STAGE


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
            "query": charts.query("stars", a=seen.day.year, b=star),
            "cells": drawn.moved_cells(star, then[star], now[star], heading, links),
        }
        for star, name in star_names(seen).items()
    ]


def steps(seen: Board) -> list[DashboardStage]:
    """The steps with a deadline."""
    return [step for step in seen.pipe[:-1] if step.key != NOT_BEGUN]


def most(counts: Iterable[tuple[str, int]]) -> dict[str, object] | None:
    """The one place with the most, and how many; None where several share it, or nobody has any."""
    ordered = sorted(((n, name) for name, n in counts), reverse=True)
    if len(ordered) < 2 or ordered[0][0] == ordered[1][0]:
        return None
    return {"place": ordered[0][1], "n": ordered[0][0]}


def behind(seen: Board) -> str:
    """Who is not there yet, in words: of the first step that not all have passed, where most are."""
    stages: list[str] = []
    for step in steps(seen):
        stages.append(step.key)
        left = [(place.name, sum(place.stages[key] for key in stages)) for place in seen.begun]
        if any(n for _name, n in left):
            said = {"step": step.name, "all": sum(n for _name, n in left)}
            if found := most(left):
                return _("Who is not there yet: “%(step)s” %(all)s, most in %(place)s: %(n)s") % {**said, **found}
            return _("Who is not there yet: “%(step)s” %(all)s") % said
    return _("Who is not there yet")


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
