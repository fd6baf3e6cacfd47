"""Whom to send to each address: one person per distinct permission and unit.

Of those allowed: for reading, one for each unit and each permission that opens the address, and one who holds all posts
of a unit that it is open to, since each may show more of a page; for a step, one for each permission, who holds it
nearest (above, it holds as well, as reading shows). Those who are refused ask as one person who holds the posts of
several: permissions only ever open, so a person refused with all of them is refused with each. Apart from those above
it ask the village, whose people may be barred from what is about their own, and the township.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date
from types import SimpleNamespace
from typing import Any, NamedTuple

from django.db import connection

from accounts.authority import grant
from accounts.models import Appointment, UnitPermission, User
from accounts.roles import ROLES, THREE_ADMINISTRATORS, Role
from tests.factories import UserFactory
from tests.requests_by_role import signed_in
from tests.route_access import OWN_ACCOUNT, PUBLIC, SIGNED_IN, Anywhere, Around, At, Only, Own
from tests.route_permissions import DOORS
from tests.two_tenants import FIRST, SECOND, Person


class Sent(NamedTuple):
    let_in: list[str]
    others: list[str]
    """Those who are refused; where all get the same response, one or two."""


def choose(world: SimpleNamespace, doors: Iterable[tuple[str, str]]) -> None:
    """``world.sent``: whom to send to these addresses (name and method). A test would remove the people made here when
    it ends: this is for fixtures of a file."""
    found: dict[tuple[Any, str], Sent] = {}
    for name, method in doors:
        who = DOORS[name].ways.get(method)
        if (who, method) not in found:
            found[who, method] = _sent(world, who, method)
        world.sent[name, method] = found[who, method]
    connection.check_constraints()  # otherwise the end of each test would check all of these people again


def _sent(world: SimpleNamespace, who: Any, method: str) -> Sent:
    if who in (None, PUBLIC, OWN_ACCOUNT):
        return Sent([], ["nobody"] if who == PUBLIC else ["discipline", "nobody"])
    outside = [name for name, one in _asked(world, who).items() if who != SIGNED_IN and not who.lets_in(one, world)]
    without_posts = [] if outside else ["newcomer"]
    return Sent(_let_in(world, who, method), ["nobody", *without_posts, *_refused(world, outside)])


def _let_in(world: SimpleNamespace, who: Any, method: str) -> list[str]:
    if who == SIGNED_IN:
        return _each_once({name: _shown(one, method) for name, one in _asked(world, who).items()})
    inside = {name: one for name, one in _asked(world, who).items() if who.lets_in(one, world)}
    if isinstance(who, Only):
        return list(inside)
    may = {name: _may(one, who) for name, one in inside.items()}
    if method == "get" and not isinstance(who, Own):
        return [reader for of in _by_unit(world, may) for reader in _readers(world, of)]
    plain = type(who) in (At, Anywhere, Own, Around)  # the others say who else there is
    return _each_once(_nearest(may) if plain and method != "get" else may)


def _asked(world: SimpleNamespace, who: Any) -> dict[str, Person]:
    return {name: one for name, one in world.people.items() if one.role and (one.of_the_first or at_home(who, one))}


def at_home(who: Any, person: Person) -> bool:
    """Whether the role of somebody of the next village, township or county would give access there."""
    if isinstance(who, At | Anywhere | Around):
        return any(person.holds(permission) for permission in who.permissions)
    return who == SIGNED_IN or person.user.username.removesuffix(SECOND.suffix) in who.names


def _shown(person: Person, method: str) -> set:
    """What distinguishes people who see only their own: the post, or in the next unit and when sending, the unit."""
    if person.neighbour and FIRST.village.startswith(person.code):
        return set()  # a second one in the same post
    return {(person.code, person.role if person.of_the_first and method == "get" else "")}


def _may(person: Person, who: Any) -> set[tuple[str, str]]:
    """Where somebody is, and by which permissions they get in; "" is another reason."""
    return {(person.code, permission) for permission in _of(person) & set(who.permissions) or {""}}


def _by_unit(world: SimpleNamespace, may: dict[str, set]) -> Iterable[dict[str, set]]:
    """Parted by unit, the rightful from their neighbours, and who gets in by a permission from others; where most may,
    and most is shown, comes first."""
    units: dict[tuple, dict[str, set]] = defaultdict(dict)
    for name, pairs in may.items():
        person = world.people[name]
        units[person.code, person.of_the_first, (person.code, "") in pairs][name] = pairs
    return sorted(units.values(), key=len, reverse=True)


def _readers(world: SimpleNamespace, may: dict[str, set]) -> list[str]:
    """Of the people of one unit: one for each permission, and if others may more, one who may what all may, who also
    stands for the only one. Of neighbours, who would not be there, nobody sees more."""
    chosen, people = _each_once(may), [world.people[name] for name in may]
    more = set().union(*map(_of, people)) - set().union(*(_of(world.people[name]) for name in chosen))
    if not more or not all(person.of_the_first for person in people):
        return chosen
    return [_in_one_person(world, list(may)), *(chosen if len(chosen) > 1 else ())]


def _of(person: Person) -> frozenset[str]:
    return ROLES[person.role].permissions


def _nearest(may: dict[str, set]) -> dict[str, set]:
    """Of the pairs of unit and permission one for each permission: of the lowest unit that holds it, in the first
    county where there is one."""
    holding = defaultdict(list)
    for code, permission in set().union(*may.values()):
        holding[permission].append(code)
    pairs = {(min(codes, key=lambda code: (-len(code), code)), permission) for permission, codes in holding.items()}
    return {name: of & pairs for name, of in may.items()}


def _each_once(features: dict[str, set]) -> list[str]:
    """A few of the people who between them have every feature that anybody has."""
    chosen, left = [], set().union(*features.values())
    while left:
        best = max(features, key=lambda name: len(features[name] & left))
        chosen.append(best)
        left -= features[best]
    return chosen


def _refused(world: SimpleNamespace, names: list[str]) -> list[str]:
    """One person each with all posts that these hold in the village, in its township, above it, and elsewhere."""
    groups = defaultdict(list)
    for name in names:
        person = world.people[name]
        near = person.code if person.code.startswith(FIRST.township) else "above"
        groups[near if person.of_the_first else "elsewhere"].append(name)
    return [_in_one_person(world, group) for group in groups.values()]


def _in_one_person(world: SimpleNamespace, names: list[str]) -> str:
    """The account of somebody who may do what ``names`` may, and is none of them."""
    if len(names) == 1:
        return names[0]
    name = "+".join(sorted(names))
    if name not in world.people:
        people = [world.people[one] for one in names]
        user = _with_posts(sorted({(one.role, one.code) for one in people}))
        world.people[name] = Person(user, "", people[0].code, people[0].mark)
        world.clients[name] = signed_in(user)
    return name


def _with_posts(posts: list[tuple[str, str]]) -> User:
    """Somebody with these posts; administrators lend their permissions: nobody may hold a post of theirs as well."""
    user = UserFactory()
    own = [post for post in posts if post[0] not in THREE_ADMINISTRATORS] or posts[:1]
    held = [_post(user if (role, code) in own else UserFactory(), role, code) for role, code in posts]
    grant(Appointment.objects.bulk_create(held))
    UnitPermission.objects.filter(appointment__in=held).update(user=user)
    return user


def _post(user: User, role: str, code: str) -> Appointment:
    department = "农业农村局" if role == Role.DEPARTMENT else ""
    return Appointment(user=user, role=role, unit_id=code, department=department, starts=date(2020, 1, 1))
