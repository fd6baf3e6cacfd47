"""The parts of a dashboard that every reader with the same rights sees alike, drawn once and kept until something that
they count has changed (``reports.board_changes``): whoever comes back from a list finds the page at once, and after a
change nothing is drawn anew but what counts it.

What is a reader's own (whose turn, warnings, the way up) is no part of it. Without a cache everything is drawn.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from functools import cache as once
from hashlib import sha256
from itertools import chain
from pathlib import Path
from typing import NamedTuple
from zlib import compress, decompress

from django.apps import apps
from django.conf import settings
from django.core.cache import cache
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from reports.board_asked import Asked
from reports.board_changes import Look, look
from reports.board_pictures import PARTS, Answers, Drawing, DrawnPart, parts_of
from reports.findings import AsOf
from villages.townships import Townships

KEPT_FOR = 3600
"""Seconds."""
LOOKED_BACK = 100
"""So many transactions after a look another one is kept, though nothing changed: it has less to look through."""


class DrawnBoard(NamedTuple):
    """``parts``: by name."""

    parts: dict[str, SafeString]
    answers: Answers

    @classmethod
    def of(cls, drawn: dict[str, DrawnPart]) -> DrawnBoard:
        answers = chain.from_iterable(drawn[name].answers for name in PARTS if name in drawn)
        return cls({name: part.html for name, part in drawn.items()}, list(answers))


class Kept(NamedTuple):
    """``parts``: by name, their HTML packed, all as they stood at the ``look``; ``places``: the names in them."""

    look: list | None = None
    parts: dict[str, tuple[str, Answers]] = {}
    places: dict[str, str] = {}


def drawn_board(as_of: AsOf, asked: Asked, townships: Townships) -> DrawnBoard:
    """``townships``: the names that the rest of the page reads, too."""
    parts = parts_of(as_of.unit, asked.lists)
    if not asked.lists:  # a province, whose counts are kept in the database
        drawing = Drawing(as_of, asked, parts, townships)
        return DrawnBoard.of({name: drawing.draw(name) for name in parts})
    key = _key(as_of, asked)
    kept = Kept(*cache.get(key, ()))
    before = Look(*kept.look) if kept.look else None
    seen, changed = look(as_of.unit.code, before, timezone.now())
    stale = [name for name in parts if name not in kept.parts or PARTS[name].watched & changed]
    drawing = Drawing(as_of, asked, stale, townships, kept.places)
    drawn = {name: drawing.draw(name) for name in stale}
    if seen and (drawn or not before or seen.number > before.number + LOOKED_BACK):
        packed = {name: _packed(part) for name, part in drawn.items()}
        cache.set(key, Kept(list(seen), {**kept.parts, **packed}, drawing.places), KEPT_FOR)
    return DrawnBoard.of({name: drawn.get(name) or _unpacked(*kept.parts[name]) for name in parts})


def _packed(part: DrawnPart) -> tuple[str, Answers]:
    """A tenth of 200 KB, as text, since the cache takes nothing else."""
    return b64encode(compress(part.html.encode(), level=1)).decode(), part.answers


def _unpacked(packed: str, answers: Answers) -> DrawnPart:
    html = decompress(b64decode(packed)).decode()
    return DrawnPart(mark_safe(html), answers)  # noqa: S308 (drawn by our templates)


def _key(as_of: AsOf, asked: Asked) -> str:
    """What the parts differ by, beside the data: today, too, since they say how many days are left."""
    chosen = ".".join([*asked.questions, str(asked.may_move), asked.figure])
    return f"board:{_version()}:{as_of.unit.code}:{as_of.day}:{timezone.localdate()}:{get_language()}:{chosen}"


@once
def _version() -> str:
    """Of all that may shape a part beside the data; an update brings another one."""
    return sha256(b"".join(path.read_bytes() for path in drawn_by())).hexdigest()[:16]


def drawn_by() -> list[Path]:
    """The code of all our apps, whatever a part asks of it, the templates and the translations."""
    own = [Path(app.path) for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]
    code = [path for folder in own for kind in ("*.py", "*.sql") for path in folder.rglob(kind)]
    return sorted([*code, *settings.BASE_DIR.glob("templates/**/*.html"), *settings.BASE_DIR.glob("locale/**/*.mo")])
