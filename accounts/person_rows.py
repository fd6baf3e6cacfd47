"""An account with what it may do today, in one statement: every request of a person asks for both."""

from collections import defaultdict
from collections.abc import Sequence
from functools import cache
from typing import Any, NamedTuple, TypeVar

from django.db import connection
from django.db.models import Model
from django.utils import timezone

from accounts.permission_rows import permission_name
from records.kept_statements import rows_of
from villages.models import Unit

# The query builder would take longer for it than the database does.
PERSON = """
select {of_user}, {of_post}, {of_unit}, county.name, array(
    select held.permission_id || ' ' || held.content_object_id
    from accounts_unitpermission held
    join accounts_appointment granted on granted.id = held.appointment_id
    where held.user_id = person.id and granted.starts <= %s and (granted.ends is null or granted.ends >= %s)
    order by held.content_object_id
)
from accounts_user person
left join accounts_appointment post
    on post.user_id = person.id and post.starts <= %s and (post.ends is null or post.ends >= %s)
left join villages_unit unit on unit.code = post.unit_id
left join villages_unit county on county.code = left(post.unit_id, 6)
where person.id = %s
order by post.starts, post.id
"""


P = TypeVar("P", bound=Model)


class Rights(NamedTuple):
    """``grants``: codes of units, by permission; ``posts``: appointments, each with its unit and the name of that
    unit's ``county``."""

    grants: dict[str, list[str]]
    posts: list[Any]


def person_of(pk: int, people: type[P], appointments: type[Model]) -> tuple[P, Rights] | None:
    """The account of this number and its rights today."""
    of_user, of_post = _columns(people), _columns(appointments)
    rows = rows_of(_query(people, appointments), [*[timezone.localdate()] * 4, pk])
    if not rows:
        return None
    person = people.from_db(connection.alias, of_user, rows[0][: len(of_user)])
    held = [row[len(of_user) : -1] for row in rows]
    posts = [_post(row, appointments, of_post) for row in held if row[0] is not None]
    return person, Rights(_grants(rows[0][-1]), posts)


@cache
def _query(people: type[Model], appointments: type[Model]) -> str:
    return PERSON.format(
        of_user=_listed("person", people), of_post=_listed("post", appointments), of_unit=_listed("unit", Unit)
    )


def _grants(held: list[str]) -> dict[str, list[str]]:
    """The pairs "permission code", in the order of the codes."""
    codes: dict[str, dict[str, None]] = defaultdict(dict)
    for permission, _space, code in (pair.partition(" ") for pair in held):
        codes[permission_name(int(permission))].setdefault(code)
    return {name: list(found) for name, found in codes.items()}


def _post(row: Sequence[Any], appointments: type[Model], of_post: list[str]) -> Any:
    """An appointment, its unit, and the name of the county."""
    post: Any = appointments.from_db(connection.alias, of_post, row[: len(of_post)])
    post.unit = Unit.from_db(connection.alias, _columns(Unit), row[len(of_post) : -1])
    post.county = row[-1]
    return post


@cache
def _columns(model: type[Model]) -> list[str]:
    return [field.column for field in model._meta.concrete_fields]


def _listed(table: str, model: type[Model]) -> str:
    return ", ".join(f'{table}."{column}"' for column in _columns(model))
