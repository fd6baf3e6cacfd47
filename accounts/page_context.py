"""What every page's shell shows about its reader; evaluated lazily, so the database is queried only for what is
shown."""

from typing import NamedTuple

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db.models import Count
from django.http import HttpRequest
from django.utils.functional import cached_property

from accounts.menu import CADRE, DESK, PUBLIC, MenuEntry, entries_for
from accounts.menu_rows import FITS_ONE_ROW, MenuItem, entry_row, plain_row, section_row
from accounts.models import Appointment, SavedFilter, User
from accounts.page_help import topic_of
from accounts.prepared import Totals, asked
from accounts.roles import ROLES
from accounts.saved_filters import asked_list, known_lists
from accounts.todo_list import known_places
from notifications.models import Notice
from records.addresses import address

FITS_A_PHONE = 4


class SavedRow(NamedTuple):
    """Above a list: the filters kept for it, what is asked now, and whether that can be kept."""

    filters: list[SavedFilter]
    current: str
    may_save: bool


class Shell:
    """``template``: the shell for the reader's audience; pages that serve several ``{% extends shell.template %}``."""

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @cached_property
    def signed_in(self) -> bool:
        user = getattr(self.request, "user", None)
        return user is not None and user.is_authenticated

    @property
    def idle_minutes(self) -> int:
        """The session ends after this time without use."""
        return settings.SESSION_IDLE_MINUTES

    @property
    def posts(self) -> list[Appointment]:
        return self.request.user.posts if self.signed_in else []

    @cached_property
    def place(self) -> str:
        """The county, or the city, that this person works for."""
        return (self.posts[0].county or self.posts[0].unit.name) if self.posts else ""

    @cached_property
    def audience(self) -> str:
        """CADRE only for people who hold nothing but a village's posts."""
        if not self.signed_in:
            return PUBLIC
        return CADRE if {ROLES[post.role].audience for post in self.posts} == {CADRE} else DESK

    @property
    def template(self) -> str:
        return f"shell/{self.audience}.html"

    @cached_property
    def menu(self) -> list[MenuItem]:
        return plain_row(self._entries, self.request.path)

    @property
    def has_sections(self) -> bool:
        return self.audience == DESK and len(self._entries) > FITS_ONE_ROW

    @cached_property
    def sections(self) -> list[MenuItem]:
        return section_row(self._entries, self.request.path, self._waiting)

    @cached_property
    def section_entries(self) -> list[MenuItem]:
        """The second row: the entries of the open section."""
        return entry_row(self._entries, self.request.path, self._waiting)

    @cached_property
    def open_section(self) -> MenuItem | None:
        return next((section for section in self.sections if section.current), None)

    @property
    def folds(self) -> bool:
        """Whether a plain row collapses behind a button on phones; a cadre's is the bar at the bottom."""
        return self.audience == DESK and not self.has_sections and len(self._entries) > FITS_A_PHONE

    @cached_property
    def public_menu(self) -> list[MenuItem]:
        return plain_row(self._entries_for(PUBLIC), self.request.path)

    @cached_property
    def _entries(self) -> list[MenuEntry]:
        return self._entries_for(self.audience)

    @cached_property
    def _waiting(self) -> list[str] | None:
        return known_places(self.request.user) if self.signed_in else None

    def _entries_for(self, audience: str) -> list[MenuEntry]:
        user = getattr(self.request, "user", None) or AnonymousUser()  # refused before the user was looked up
        return entries_for(user, audience)

    @property
    def help_url(self) -> str:
        """Help for the current page, or all of it."""
        page = self.request.resolver_match
        topic = topic_of(self.request.user, page.url_name) if page else None
        return address("help_topic", topic.name) if topic else address("help")

    @cached_property
    def saved(self) -> SavedRow | None:
        """The kept filters of the list that is shown; None on other pages."""
        page = self.request.resolver_match
        if not self.signed_in or page is None or page.url_name not in known_lists():
            return None
        asked = asked_list(page.url_name, self.request.path, self.request.GET)
        kept = SavedFilter.objects.of_list(self.request.user, self.request.path)
        may_save = bool(asked.query and not asked.unknown)
        return SavedRow(kept, asked.query, may_save) if kept or may_save else None

    @cached_property
    def unread(self) -> int:
        if not self.signed_in:
            return 0
        ((count,),) = asked(_unread, self.request.user)
        return count


def _unread(user: User) -> Totals:
    return Totals(Notice.objects.filter(user=user, read_at=None), {"count": Count("pk")})


def shell(request: HttpRequest) -> dict[str, Shell]:
    """Context processor."""
    return {"shell": Shell(request)}
