"""The main menu: apps register their entries in ``AppConfig.ready``, a person sees those that they may open."""

from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.models import User

CADRE, DESK, PUBLIC = "cadre", "desk", "public"


@dataclass(frozen=True)
class MenuEntry:
    """``permission`` ("app.verb") must be held somewhere; "": everyone who is signed in.

    ``audiences``: CADRE (the bar under a phone page holds five entries at most), DESK, PUBLIC (no account).
    ``note``: what it is for, in one line. ``order``: the smaller comes first.
    """

    label: str | Promise
    url_name: str
    permission: str = ""
    audiences: tuple[str, ...] = (CADRE, DESK)
    note: str | Promise = ""
    order: int = 50


_entries: list[MenuEntry] = []


def register(*entries: MenuEntry) -> None:
    """Add ``entries``; registering the same one again changes nothing."""
    _entries.extend(entry for entry in entries if entry not in _entries)
    _entries.sort(key=lambda entry: entry.order)


def entries_for(user: User, audience: str) -> list[MenuEntry]:
    """What ``user`` may open, in order; for PUBLIC the user does not matter."""
    return [
        entry
        for entry in _entries
        if audience in entry.audiences and (audience == PUBLIC or not entry.permission or user.reach(entry.permission))
    ]
