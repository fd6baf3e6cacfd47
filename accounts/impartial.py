"""Who acts on a unit: nobody who holds or ever held a post in it. Where that bars everybody, those who appoint are
told."""

from collections.abc import Collection, Iterable, Mapping

from django.urls import reverse

from accounts.departments import DISCIPLINE, speakers
from accounts.models import User
from accounts.role_holders import ever_held, holders, places_of, responsible
from accounts.roles import ROLES, Role
from notifications.workflow import announce
from villages.models import Unit


def is_of(user: User, unit: str) -> bool:
    """Whether ``user`` holds or ever held a post in the very unit (``has_post``): such a person gives no verdict."""
    return unit in places_of(user.pk)


def impartial(role: str, place: str, unit: str) -> set[int]:
    """Who holds ``role`` on ``place`` today, by id, and is not of ``unit`` (codes)."""
    return set(holders([role], [place]).get(place, ())) - ever_held([unit]).get(unit, set())


def of_any(units: Collection[str]) -> set[int]:
    """Who holds or ever held a post in one of ``units`` (codes), by id."""
    return {user for users in ever_held(units).values() for user in users}


def tell_where_no_speaker_may(county: Unit, departments: Iterable[str], listed: Collection[str]) -> None:
    """Tell who appoints of each of ``departments`` that has nobody to answer for the units ``listed`` (codes): whoever
    speaks for it in the county is of one of them, and one answer covers them all."""
    people, barred = speakers(county.pk), of_any(listed)
    for name in departments:
        if name in people and barred.issuperset(people[name]):
            role = Role.DISCIPLINE if name == DISCIPLINE else Role.DEPARTMENT
            about = {"unit_code": county.pk, "unit": county.name, "department": name}
            tell_appointing("check_unattended", role, county.pk, barred, **about)


def tell_where_nobody_may(role: str, above: Mapping[str, str]) -> None:
    """Tell who appoints of each unit (a code) on which nobody may act: all who hold ``role`` on the place ``above`` it
    (a code) are of the unit themselves."""
    there, own = holders([role], set(above.values())), ever_held(above.keys())
    left = {unit: place for unit, place in above.items() if set(there.get(place, ())) <= own.get(unit, set())}
    left = {unit: place for unit, place in left.items() if place in there}
    names = dict(Unit.objects.filter(code__in={*left, *left.values()}).values_list("code", "name")) if left else {}
    for unit, place in left.items():
        tell_appointing("unit_unattended", role, place, own[unit], unit_code=unit, unit=names[unit], place=names[place])


def tell_appointing(kind: str, role: str, place: str, barred: Collection[int], /, **about: str) -> None:
    """Tell who appoints the holders of ``role`` on ``place``; one who is ``barred`` where there is nobody else."""
    appointing = set(responsible(ROLES[role].appointed_by, place))
    announce(appointing - set(barred) or appointing, kind, link=reverse("appointments"), **about)
