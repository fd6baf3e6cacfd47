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

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.permission_rows import permission_name
from records.kept_statements import rows_of
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


# The query builder would take longer for it than the database does, and nearly every page names who did something.
_HELD = """
select held.user_id, held.permission_id, held.content_object_id, post.starts, post.ends, post.deputy_for_id is not null
from accounts_unitpermission held
join accounts_appointment post on post.id = held.appointment_id
where held.user_id in (
    select deputy.user_id from accounts_appointment deputy
    where deputy.user_id = any(%s) and deputy.deputy_for_id is not null
)
"""


class _HeldRight(NamedTuple):
    """A right on a unit (``code``), from a day to a day; ``deputy``: of a post as a deputy."""

    code: str
    starts: date
    ends: date | None
    deputy: bool


def by_deputies(acts: Iterable[AuthorizedAct | None]) -> set[AuthorizedAct | None]:
    """Those of ``acts`` done by somebody who held such a permission there on that day only as a deputy; one query."""
    acts = {one for one in acts if one is not None}
    if not acts:
        return set()
    held: dict[tuple[int, str], list[_HeldRight]] = defaultdict(list)
    for user, permission, *right in rows_of(_HELD, [sorted({one.user for one in acts})]):
        held[user, permission_name(permission)].append(_HeldRight(*right))
    return {one for one in acts if _stood_in(one, held)}


def _stood_in(one: AuthorizedAct, held: Mapping[tuple[int, str], list[_HeldRight]]) -> bool:
    here = [
        right
        for name in one.rights
        for right in held.get((one.user, name), ())
        if one.unit.startswith(right.code) or not one.unit
        if right.starts <= one.day and (right.ends is None or one.day <= right.ends)
    ]
    return bool(here) and all(right.deputy for right in here)


def standing_in(verb: str, pairs: Collection[Pair]) -> set[Pair]:
    """Those of ``pairs`` (user id, unit code) in which the user takes the step ``verb`` today as a deputy."""
    now = timezone.now()
    acts = {pair: authorized_act(pair[0], verb, pair[1], now) for pair in pairs}
    marked = by_deputies(acts.values())
    return {pair for pair, one in acts.items() if one in marked}


def signature(person: Any, as_deputy: bool) -> str:
    """A person's name as shown beside an act."""
    return _("%(name)s (deputy)") % {"name": person} if as_deputy else str(person)
