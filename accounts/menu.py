"""The main menu: apps declare their entries in ``menu_entries.py``, a person sees those that they may open.

Every page belongs to one entry, the one whose address (or further ``pages``) is its closest parent, and so to one
section.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, cached_property

from django.db.models import TextChoices
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from records.registry import Registry

CADRE, DESK, PUBLIC = "cadre", "desk", "public"


class Section(TextChoices):
    """The first row of a long menu, in its order.

    RATING: from the scheme to the confirmed star. RECORDS: registers, events, and the resulting cases. RESULTS: what
    follows from a star: money, help, honours, assessments. UNITS: units, people, and system administration.
    """

    RATING = "rating", _("Annual rating")
    RECORDS = "records", _("Registers and events")
    RESULTS = "results", _("Use of results")
    UNITS = "units", _("Units and people")
    REPORTS = "reports", _("Reports")


@dataclass(frozen=True)
class MenuEntry:
    """Shown to those who hold one of ``permissions`` ("app.verb") anywhere; without any, to everyone who is signed in.

    ``order``: within its section, smaller comes first. ``audiences``: CADRE (the bar under a phone page holds five
    entries at most), DESK, PUBLIC (no account). ``note``: its purpose, in one line. ``pages``: prefixes of addresses
    that belong to it besides its own.
    """

    section: Section
    label: str | Promise
    url_name: str
    permissions: tuple[str, ...] = ()
    order: int = 50
    audiences: tuple[str, ...] = (DESK,)
    note: str | Promise = ""
    pages: tuple[str, ...] = ()

    @cached_property
    def url(self) -> str:
        """Looked up once: every page asks for all of them."""
        return reverse(self.url_name)

    def is_seen_by(self, user: User) -> bool:
        return not self.permissions or any(user.reach(permission) for permission in self.permissions)


_entries = Registry[MenuEntry](order=lambda entry: (list(Section).index(entry.section), entry.order))
register = _entries.register


def entries_for(user: User, audience: str) -> list[MenuEntry]:
    """What ``user`` may open, in order; for PUBLIC the user is ignored."""
    return [
        entry for entry in _entries if audience in entry.audiences and (audience == PUBLIC or entry.is_seen_by(user))
    ]


def entries_of_members() -> list[MenuEntry]:
    """Every entry that some account may see."""
    return [entry for entry in _entries if entry.audiences != (PUBLIC,)]


@cache
def finder_of_members() -> EntryFinder:
    """Finds the entry of a page, whoever reads it."""
    return EntryFinder(entries_of_members())


class EntryFinder:
    """Finds the entry among ``entries`` that an address belongs to."""

    def __init__(self, entries: Iterable[MenuEntry]) -> None:
        prefixes = [(prefix, entry) for entry in entries for prefix in (entry.url, *entry.pages)]
        self.prefixes = sorted(prefixes, key=lambda pair: -len(pair[0]))

    def find(self, address: str) -> MenuEntry | None:
        """The entry that is the closest parent of ``address``; the home page matches only itself."""
        path = address.partition("?")[0].partition("#")[0]
        for prefix, entry in self.prefixes:
            if path == prefix or (prefix != "/" and path.startswith(prefix)):
                return entry
        return None
