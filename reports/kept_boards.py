"""The parts of a dashboard that every reader with the same rights sees alike, drawn once and kept until something that
they count has changed (``reports.board_changes``): whoever comes back from a list finds the page at once.

What is a reader's own (whose turn, warnings, the way up) is no part of it. Without a cache everything is drawn.
"""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from functools import cache as once
from hashlib import sha256
from typing import Any, NamedTuple
from zlib import compress, decompress

from django.conf import settings
from django.core.cache import cache
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from accounts.models import User
from reports import drawn
from reports.board_changes import Look, look
from reports.board_parts import matrix, movement, pictures, star_names, steps, unit_rows, wall
from reports.dashboard import Board, board
from reports.findings import PICTURED, AsOf
from reports.listing import may_ask
from reports.models import WarningThreshold
from reports.tiles import figures_of, tile_map
from reports.workflow import SETTING_LEVELS
from villages.models import CODE_LENGTHS, COUNTY_LENGTH
from villages.townships import Townships

LISTED_FROM = CODE_LENGTHS[1]
"""How long the code of a unit is whose figures open lists: a city's; a province has too many rows."""
KEPT_FOR = 3600
"""Seconds."""
_DRAWN_BY = (
    "reports/*.py",
    "reports/questions/*.sql",
    "templates/reports/**/*.html",
    "templates/components/part.html",
    "locale/**/*.mo",
)
"""What the parts look like, beside the data; an update brings others."""


class Asked(NamedTuple):
    """What a reader may see and has chosen, as far as the parts differ by it."""

    lists: bool
    questions: tuple[str, ...]
    may_move: bool
    figure: str

    @classmethod
    def by(cls, user: User, as_of: AsOf, figure: str) -> Asked:
        unit, figures = as_of.unit, figures_of(as_of.is_today)
        lists = len(unit.code) >= LISTED_FROM
        questions = [question for question in PICTURED if lists and may_ask(user, unit, question)]
        if lists and len(unit.code) < COUNTY_LENGTH:
            questions.remove("losses")  # each county has its own criteria
        may_move = unit.level in SETTING_LEVELS and user.has_perm(WarningThreshold.SET, unit)
        return cls(lists, tuple(questions), may_move, figure if figure in figures else next(iter(figures)))


Parts = dict[str, SafeString]
"""By name of its template."""


def drawn_board(as_of: AsOf, asked: Asked, townships: Townships) -> Parts:
    """``townships``: the names that the rest of the page reads, too."""
    if not asked.lists:  # a province, whose counts are kept in the database
        return draw(as_of, asked, townships)
    key = _key(as_of, asked)
    before, packed = cache.get(key) or (None, "")
    seen, unchanged = look(as_of.unit.code, Look(*before) if before else None, timezone.now())
    if unchanged:
        return _unpacked(packed)
    parts = draw(as_of, asked, townships)
    if seen:
        cache.set(key, (seen, _packed(parts)), KEPT_FOR)
    return parts


def _packed(parts: Parts) -> str:
    """A tenth of 200 KB, as text, since the cache takes nothing else."""
    return b64encode(compress(json.dumps(parts).encode(), level=1)).decode()


def _unpacked(packed: str) -> Parts:
    found = json.loads(decompress(b64decode(packed)))
    return {name: mark_safe(part) for name, part in found.items()}  # noqa: S308 (drawn by our templates)


def _key(as_of: AsOf, asked: Asked) -> str:
    """What the parts differ by, beside the data: today, too, since they say how many days are left."""
    chosen = ".".join([*asked.questions, str(asked.may_move), asked.figure])
    return f"board:{_version()}:{as_of.unit.code}:{as_of.day}:{timezone.localdate()}:{get_language()}:{chosen}"


@once
def _version() -> str:
    files = sorted(path for pattern in _DRAWN_BY for path in settings.BASE_DIR.glob(pattern))
    return sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:16]


def draw(as_of: AsOf, asked: Asked, townships: Townships) -> Parts:
    seen = board(as_of.unit, as_of.moment, with_open=not asked.lists)
    townships.update({place.code: place.name for place in seen.places})
    shown = _shown(as_of, asked, seen)
    shown["events_open"] = [(event, townships.above(event.unit_id)) for event in seen.events]
    names = ("cycle", "answers" if asked.lists else "events", "places", "pictures", "tables")
    return {name: render_to_string(f"reports/board/{name}.html", shown) for name in names}


def _shown(as_of: AsOf, asked: Asked, seen: Board) -> dict[str, Any]:
    figures = figures_of(as_of.is_today)
    links = drawn.ListLinks(reverse("dashboard", args=[as_of.unit.code]), as_of.and_day)
    opened = links if asked.lists else None
    stars, tiles = star_names(seen), tile_map(seen, figures, asked.figure)
    return {
        "board": seen,
        "as_of": as_of,
        "base": links.base,
        "and_day": links.and_day,
        "lists": asked.lists,
        "may_move": asked.may_move,
        "figures": figures,
        "tiles": tiles,
        "drawn_tiles": drawn.tiles(tiles.tiles, opened) if tiles else "",
        "stars": stars,
        "rows": [(place, drawn.star_cells(place, stars, opened)) for place in [*seen.places, seen.total]],
        "movement": movement(seen, as_of.heading, opened),
        "steps": [step.name for step in steps(seen)],
        "matrix": matrix(seen, opened),
        "groups": wall(seen),
        "villages": unit_rows(seen) if seen.is_township else [],
        **(pictures(asked.questions, as_of, seen, links) if asked.lists else {}),
    }
