"""The filters of lists that people keep under a name, for themselves or for their office.

What is kept is the list's own query string: when opened it is an ordinary request, within the reader's own reach. An
app registers its lists with the parameters that they know; no other is kept.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.http import QueryDict
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import office_name
from records.registry import KeyedRegistry
from villages.models import Unit

LONGEST_QUERY = 500
NOT_KEPT = frozenset({"page", "after", "as"})
"""The parameters for a place in a list and for its export."""

_lists = KeyedRegistry[str, frozenset[str]]()


# Above every list: the query builder would take longer for it than the database does.
OF_LIST = """
select * from accounts_savedfilter
where path = %(path)s and (owner_id = %(user)s or (unit_id, role) in %(offices)s)
order by name, id
"""


class SavedFilterQuerySet(models.QuerySet):
    def of(self, user) -> "SavedFilterQuerySet":
        """One's own, and those shared with an office that one holds today."""
        shared = (Q(unit=post.unit_id, role=post.role) for post in user.posts)
        mine = Q(owner=user)
        for office in shared:
            mine |= office
        return self.filter(mine)

    def of_list(self, user, path: str) -> "list[SavedFilter]":
        """Those of ``of`` that are kept for one list."""
        offices = tuple((post.unit_id, post.role) for post in user.posts) or (("", ""),)
        return list(self.raw(OF_LIST, {"path": path, "user": user.pk, "offices": offices}))


class SavedFilter(models.Model):
    """``path`` and ``query``: the list and what it is asked. ``unit`` and ``role``: the office that it is shared with,
    or none."""

    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="saved_filters")
    name = models.CharField(_("Name of the filter"), max_length=30)
    path = models.CharField(max_length=200)
    query = models.CharField(max_length=LONGEST_QUERY)
    unit = models.ForeignKey(Unit, null=True, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=20, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = SavedFilterQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["path", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "path", "name"], name="one_saved_filter_of_a_name"),
            models.CheckConstraint(condition=Q(unit=None) ^ ~Q(role=""), name="saved_filter_is_shared_with_an_office"),
            models.CheckConstraint(condition=~Q(query=""), name="saved_filter_asks_something"),
        ]
        indexes = [models.Index(fields=["unit", "role"], name="saved_filter_of_office")]

    def __str__(self) -> str:
        return self.name

    @property
    def office(self) -> str:
        """The office that it is shared with; "" for none."""
        return f"{self.unit.name} {office_name(self.role, self.unit_id)}" if self.unit else ""

    @property
    def url(self) -> str:
        return f"{self.path}?{self.query}"


def register(**lists: type[forms.BaseForm] | Iterable[str]) -> None:
    """Lists by the name of their address, each with its filter form or the names of its parameters."""
    for page, known in lists.items():
        names = known.base_fields if isinstance(known, type) else known
        _lists.register({page: frozenset(names)})


def extended(form: type[forms.BaseForm], *names: str) -> set[str]:
    """The parameters of a form, and some more that its list knows."""
    return {*form.base_fields, *names}


def known_lists() -> Mapping[str, frozenset[str]]:
    return dict(_lists)


@dataclass(frozen=True)
class AskedList:
    """A list's address, what is asked of it, and the parameters that it does not know."""

    path: str
    query: str
    unknown: list[str]

    @property
    def url(self) -> str:
        """The address of the list with this query: always one of our own, whatever was sent."""
        return f"{self.path}?{self.query}"


def asked_of(address: str) -> AskedList | None:
    """What ``address`` (path and query string) asks of a list whose filters can be kept; None for any other."""
    try:
        parts = urlsplit(address)
        page = resolve(parts.path).url_name or ""
    except (ValueError, Resolver404):
        return None
    if page not in _lists or parts.scheme or parts.netloc:
        return None
    return asked_list(page, parts.path, QueryDict(parts.query))


def asked_list(page: str, path: str, given: QueryDict) -> AskedList:
    """What is asked of the list ``page``, one of ``known_lists``."""
    kept = QueryDict(mutable=True)
    for name in sorted(set(given) - NOT_KEPT):
        if values := [value for value in given.getlist(name) if value]:
            kept.setlist(name, values)
    return AskedList(path, kept.urlencode(), sorted(set(kept) - _lists[page]))
