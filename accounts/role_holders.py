"""Who is responsible for a unit: the ids of those who hold a role there today."""

from collections import defaultdict
from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.prepared import asked
from accounts.roles import RATED_POSTS, Role
from records.kept_statements import rows_of
from villages.models import Unit, prefixes

# The query builder would take longer for them than the database does.
_HOLDERS = """
select distinct unit_id, user_id from accounts_appointment
where starts <= %s and (ends is null or ends >= %s) and role = any(%s) and unit_id = any(%s)
order by unit_id, user_id
"""
_HELD = """
select distinct unit_id, role, user_id from accounts_appointment
where starts <= %s and (ends is null or ends >= %s) and role = any(%s) and unit_id = any(%s)
order by unit_id, role, user_id
"""
_EVER = "select distinct unit_id, user_id from accounts_appointment where unit_id = any(%s)"


def holders(roles: Collection[str], codes: Iterable[str | None]) -> dict[str, list[int]]:
    """User ids by unit code for those who hold one of ``roles`` on the unit itself, for all ``codes`` in one query."""
    by_unit = defaultdict(list)
    places = [code for code in codes if code]
    for code, user_id in rows_of(_HOLDERS, [*[timezone.localdate()] * 2, list(roles), places]):
        by_unit[code].append(user_id)
    return dict(by_unit)


def has_post(user: int, unit: str) -> Exists:
    """Whether ``user`` (by id) holds or ever held a post in the very unit of a row (``unit``: its field): such a person
    gives no verdict on it."""
    return Exists(Appointment.objects.filter(user=user, unit=OuterRef(unit)))


def ever_held(codes: Collection[str]) -> dict[str, set[int]]:
    """The users by id who hold or ever held a post in each of the units themselves (``has_post``); one query."""
    by_unit = defaultdict(set)
    for code, user_id in rows_of(_EVER, [list(codes)]):
        by_unit[code].add(user_id)
    return dict(by_unit)


def places_of(user: int) -> set[str]:
    """The codes of the very units where ``user`` (by id) holds or ever held a post (``has_post``); one query."""
    return {code for (code,) in asked(_posts_of, None, user)}


def posts_of(user: int) -> QuerySet[Appointment, tuple[str]]:
    """The codes of ``places_of``, one a row."""
    return Appointment.objects.filter(user=user).values_list("unit_id").distinct()


def _posts_of(_reader: User | None, user: int) -> QuerySet[Appointment, tuple[str]]:
    return posts_of(user)


def posts_held(roles: Collection[str], codes: Collection[str]) -> list[tuple[str, str, int]]:
    """Unit code, role and user id of those who hold one of ``roles`` on the units themselves; one query."""
    return rows_of(_HELD, [*[timezone.localdate()] * 2, list(roles), list(codes)])


def unit_and_offices(offices: Collection[str], units: Iterable[Unit]) -> dict[str, set[int]]:
    """User ids by unit code: those who fill in and sign for the unit itself, and who holds one of ``offices`` on it or
    on the unit above; one query. Without a township's own people: they have nothing to do with its villages."""
    units = list(units)
    codes = {code for unit in units for code in (unit.code, unit.parent_code) if code}
    by_unit: dict[str, set[tuple[str, int]]] = defaultdict(set)
    for code, role, user_id in posts_held([*RATED_POSTS, *offices], codes):
        by_unit[code].add((role, user_id))
    return {
        unit.code: {user_id for _role, user_id in by_unit[unit.code]}
        | {user_id for role, user_id in by_unit[unit.parent_code or ""] if role in offices}
        for unit in units
    }


def office_lines(role: str, code: str) -> list[str]:
    """The office telephone numbers of those who hold ``role`` on the unit today; a mobile number is personal."""
    held = Appointment.objects.on(timezone.localdate()).filter(role=role, unit=code, phone__startswith="0")
    return list(held.order_by("phone").values_list("phone", flat=True).distinct())


def responsible(roles: Collection[str], code: str) -> list[int]:
    """User ids of those who hold one of ``roles`` on the unit ``code`` or on any unit above it."""
    return [user_id for ids in holders(roles, prefixes(code)).values() for user_id in ids]


def guards_of(user: User) -> set[int]:
    """User ids of the security administrators over a unit where ``user`` holds or held a post."""
    above = {code for place in places_of(user.pk) for code in prefixes(place)}
    return {user_id for ids in holders([Role.SECADMIN], above).values() for user_id in ids} - {user.pk}


def offices_of(user_ids: Collection[int]) -> dict[int, set[str]]:
    """The codes of the units on which each of these users holds a post today."""
    held = defaultdict(set)
    rows = Appointment.objects.on(timezone.localdate()).filter(user__in=user_ids)
    for user_id, code in rows.values_list("user_id", "unit_id"):
        held[user_id].add(code)
    return dict(held)
