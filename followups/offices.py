"""Offices: a role on a unit, its holders of the day, and the office above it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import NamedTuple

from accounts.role_holders import holders
from accounts.roles import ROLES, VILLAGE_POSTS, Role
from followups.kinds import KINDS, KeptFrom
from villages.models import COUNTY_LENGTH, TOWNSHIP_LENGTH, Unit, prefixes


class Office(NamedTuple):
    """The holders of ``role`` on the unit with the code ``unit``."""

    unit: str
    role: str


def leading_office(code: str) -> Office:
    """The office that leads the rating in a unit: of a village, its signer."""
    if len(code) > TOWNSHIP_LENGTH:
        return Office(code, Role.SIGNER)
    if len(code) == TOWNSHIP_LENGTH:
        return Office(code, Role.TOWNSHIP_OFFICE)
    return Office(code, Role.COUNTY_OFFICE if len(code) == COUNTY_LENGTH else Role.CITY_OFFICE)


def office_above(code: str) -> Office | None:
    """The leading office of the next level above ``code`` that exists; None at the top."""
    above = Unit.objects.filter(code__in=prefixes(code)[:-1]).order_by("-code").values_list("code", flat=True).first()
    return leading_office(above) if above else None


def told_roles(role: str, kind: str) -> list[str]:
    """Whom to tell: the role itself, and of a village's two posts the other one too if it may see that kind."""
    needs = frozenset(KINDS[kind].needs)
    other = [one for one in VILLAGE_POSTS if role in VILLAGE_POSTS and one != role]
    return [role, *(one for one in other if not needs or ROLES[one].permissions & needs)]


def people_of(offices: Iterable[Office], kind: str) -> dict[Office, list[int]]:
    """The user ids of each office's holders today, in one query per role."""
    offices = set(offices)
    found: dict[Office, list[int]] = {}
    for role in {office.role for office in offices}:
        codes = {office.unit for office in offices if office.role == role}
        by_unit = holders(told_roles(role, kind), codes)
        found |= {Office(code, role): by_unit.get(code, []) for code in codes}
    return found


def unknown_to(kind: str, units: Collection[str]) -> dict[str, set[int]]:
    """The users by id who must not learn of a follow-up of that kind about each of ``units``."""
    return all_unknown_to({kind: units})[kind]


def all_unknown_to(units: Mapping[str, Collection[str]]) -> dict[str, dict[str, set[int]]]:
    """``unknown_to`` of several kinds, each with its ``units``; kinds with the same rule are asked about together."""
    about: dict[KeptFrom, set[str]] = defaultdict(set)
    rules = {kind: KINDS[kind].kept_from for kind in units}
    for kind, rule in rules.items():
        if rule:
            about[rule].update(units[kind])
    people = {rule: rule.people(codes) for rule, codes in about.items()}
    return {kind: people[rule] if rule else {} for kind, rule in rules.items()}
