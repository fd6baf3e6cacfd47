"""Whether people act in their own right or stand in for somebody (代): what they do as a deputy is marked so.

A deed is known by its verb, as the audit trail has it. The apps register which rights their verbs need; whether the
person then held one of these as a deputy alone is read from the appointments of the day, for today and for the past.
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

Pair = tuple[int, str]

_rights: dict[str, frozenset[str]] = {}


def register(rights: Mapping[str, Collection[str]]) -> None:
    """The permissions ("app.verb") of which each verb needs one. Called in ``AppConfig.ready`` by the verbs' app."""
    for verb, permissions in rights.items():
        _rights[verb] = _rights.get(verb, frozenset()) | frozenset(permissions)


class AuthorizedAct(NamedTuple):
    """What somebody (by id) did on a day at the unit of a code ("" where it is not known), under a right of these."""

    user: int
    rights: frozenset[str]
    unit: str
    day: date


def authorized_act(by: int | None, verb: str, unit: str, at: datetime | None) -> AuthorizedAct | None:
    """The deed, or None: nobody's, undated, or one that needs no right that is given."""
    if by is None or at is None or verb not in _rights:
        return None
    return AuthorizedAct(by, _rights[verb], unit, timezone.localdate(at))


def by_deputies(acts: Iterable[AuthorizedAct | None]) -> set[AuthorizedAct | None]:
    """Of ``acts`` those done by somebody who held such a right there on that day as a deputy alone; one statement."""
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
    """Of ``pairs`` (user id, unit code) those in which the user takes the step ``verb`` today as a deputy."""
    now = timezone.now()
    acts = {pair: authorized_act(pair[0], verb, pair[1], now) for pair in pairs}
    marked = by_deputies(acts.values())
    return {pair for pair, one in acts.items() if one in marked}


def signature(person: Any, as_deputy: bool) -> str:
    """A person's name as it stands under a deed."""
    return _("%(name)s (deputy)") % {"name": person} if as_deputy else str(person)
