"""How the menu is laid out for one reader on one page: a plain row, or sections and the entries of the open one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.functional import Promise

from accounts.menu import EntryFinder, MenuEntry, Section, finder_of_members

FITS_ONE_ROW = 8
"""More entries are shown by section."""


@dataclass(frozen=True)
class MenuItem:
    """``current``: its ``aria-current``: "page" for the page itself, "true" for the pages below it. ``todos``: the
    number of to-dos there for the reader; None: not counted."""

    label: str | Promise
    url: str
    note: str | Promise = ""
    current: str = ""
    todos: int | None = None


def plain_row(entries: Sequence[MenuEntry], path: str) -> list[MenuItem]:
    """All entries. A page under none of them belongs to the first of its section, or else to the home page."""
    open_entry = EntryFinder(entries).find(path)
    if open_entry is None and (section := section_of(path)):
        open_entry = _first_of(section, entries) or _first_of(Section.RATING, entries)
    return [_item(entry, path, open_entry) for entry in entries]


def section_of(path: str) -> Section | None:
    """The section of a page, whoever reads it; None for unknown addresses and for public ones."""
    entry = finder_of_members().find(path)
    return entry.section if entry else None


def section_row(entries: Sequence[MenuEntry], path: str, waiting: Sequence[str] | None) -> list[MenuItem]:
    """The sections in which the reader has entries. ``waiting``: the addresses of the to-dos; None: not counted."""
    open_section, found = section_of(path), map(finder_of_members().find, waiting or [])
    numbers = None if waiting is None else Counter(entry.section for entry in found if entry)
    return [
        MenuItem(
            section.label,
            first.url,
            current="true" if section == open_section else "",
            todos=None if numbers is None else numbers[section],
        )
        for section in Section
        if (first := _first_of(section, entries))
    ]


def entry_row(entries: Sequence[MenuEntry], path: str, waiting: Sequence[str] | None) -> list[MenuItem]:
    """The reader's entries of the section to which the page belongs; a page under none of them belongs to the first."""
    section = section_of(path)
    shown = [entry for entry in entries if entry.section == section]
    finder = EntryFinder(shown)
    open_entry = finder.find(path) or _first_of(section, entries)
    found = map(finder.find, waiting or [])
    numbers = None if waiting is None else Counter(entry.url_name for entry in found if entry)
    return [_item(entry, path, open_entry, None if numbers is None else numbers[entry.url_name]) for entry in shown]


def _first_of(section: Section | None, entries: Sequence[MenuEntry]) -> MenuEntry | None:
    return next((entry for entry in entries if entry.section == section), None)


def _item(entry: MenuEntry, path: str, open_entry: MenuEntry | None, todos: int | None = None) -> MenuItem:
    current = "" if entry is not open_entry else "page" if path == entry.url else "true"
    return MenuItem(entry.label, entry.url, entry.note, current, todos)
