"""Whether people act in their own right or as a deputy (代): what they do as a deputy is marked.

An authorized act is identified by its verb, as in the audit trail. The apps register which permissions their verbs
need; whether the person then held one of these only as a deputy is read from the appointments of the day, for today and
for the past.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple

from django.db.models import Value
from django.db.models.functions import Concat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Appointment, UnitPermission
from records.registry import KeyedRegistry

Pair = tuple[int, str]

_rights = KeyedRegistry[str, frozenset[str]]()


def register(rights: Mapping[str, Collection[str]]) -> None:
    """The permissions ("app.verb") of which each verb needs one. Called in ``registrations.py`` of the verbs' app."""
    for verb, permissions in rights.items():
        _rights[verb] = _rights.get(verb, frozenset()) | frozenset(permissions)


class AuthorizedAct(NamedTuple):
    """What somebody (by id) did on a day at the unit with a code ("" where unknown), under one of these permissions."""

    user: int
    rights: frozenset[str]
    unit: str
    day: date


def authorized_act(by: int | None, verb: str, unit: str, at: datetime | None) -> AuthorizedAct | None:
    """The act, or None: by nobody, undated, or one that needs no assignable permission."""
    if by is None or at is None or verb not in _rights:
        return None
    return AuthorizedAct(by, _rights[verb], unit, timezone.localdate(at))


def by_deputies(acts: Iterable[AuthorizedAct | None]) -> set[AuthorizedAct | None]:
    """Those of ``acts`` done by somebody who held such a permission there on that day only as a deputy; one query."""
    acts = {one for one in acts if one is not None}
    if not acts:
        return set()
    deputies = Appointment.objects.filter(user__in={one.user for one in acts}, deputy_for__isnull=False)
    rows = UnitPermission.objects.filter(user__in=deputies.values("user")).select_related("appointment")
    held = defaultdict(list)
    for row in rows.annotate(perm=Concat("permission__content_type__app_label", Value("."), "permission__codename")):
        held[row.user_id, row.perm].append((row.content_object_id, row.appointment))
    return {one for one in acts if _stood_in(one, held)}


def _stood_in(one: AuthorizedAct, held: Mapping[tuple[int, str], list[tuple[str, Appointment]]]) -> bool:
    posts = [
        post
        for right in one.rights
        for code, post in held.get((one.user, right), ())
        if one.unit.startswith(code) or not one.unit
        if post.starts <= one.day and (post.ends is None or one.day <= post.ends)
    ]
    return bool(posts) and all(post.deputy_for_id is not None for post in posts)


def standing_in(verb: str, pairs: Collection[Pair]) -> set[Pair]:
    """Those of ``pairs`` (user id, unit code) in which the user takes the step ``verb`` today as a deputy."""
    now = timezone.now()
    acts = {pair: authorized_act(pair[0], verb, pair[1], now) for pair in pairs}
    marked = by_deputies(acts.values())
    return {pair for pair, one in acts.items() if one in marked}


def signature(person: Any, as_deputy: bool) -> str:
    """A person's name as shown beside an act."""
    return _("%(name)s (deputy)") % {"name": person} if as_deputy else str(person)
