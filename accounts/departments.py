"""For which departments somebody speaks or acts in a county: joint checks, figures, their own policies."""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.prepared import asked
from accounts.roles import ROLES, Role

DISCIPLINE = "纪委监委"
"""The department for which the discipline commission's own people speak; all others are named in appointments."""


def departments_of(user: User, county: str) -> list[str]:
    """The departments for which ``user`` speaks in ``county`` (a code) today."""
    posts = [post for post in user.posts if post.unit_id == county]
    return [name for post in posts if (name := _department(post.role, post.department))]


def departments_held(user: User, perm: str) -> set[tuple[str, str]]:
    """The departments for which ``user`` holds ``perm`` today: the unit's code, and the name in the appointment."""
    if not user.reach(perm):
        return set()
    posts = (post for post in user.posts if post.department and perm in ROLES[post.role].permissions)
    return {(post.unit_id, post.department) for post in posts}


def speakers(county: str) -> dict[str, list[int]]:
    """Ids of those who speak in ``county`` (a code) today, by department."""
    by_department: dict[str, list[int]] = {}
    for user, role, department in asked(_speaking, None, county):
        by_department.setdefault(_department(role, department), []).append(user)
    return by_department


def _speaking(_reader: User | None, county: str) -> QuerySet[Any]:
    held = Appointment.objects.on(timezone.localdate()).filter(unit=county, role__in=[Role.DISCIPLINE, Role.DEPARTMENT])
    return held.values_list("user_id", "role", "department")


def staff(county: str, perm: str) -> dict[str, list[int]]:
    """Ids of those who hold ``perm`` for a department in ``county`` (a code) today, by department."""
    by_department: dict[str, list[int]] = {}
    for user, department in _posts(perm).filter(unit=county).values_list("user_id", "department"):
        by_department.setdefault(department, []).append(user)
    return by_department


def is_staffed(perm: str, *, county: str, department: str) -> Exists:
    """Inside a query: somebody holds ``perm`` today for the department that the two fields name."""
    return Exists(_posts(perm).filter(unit=OuterRef(county), department=OuterRef(department)))


def _posts(perm: str) -> QuerySet[Appointment]:
    roles = [role for role, spec in ROLES.items() if perm in spec.permissions]
    return Appointment.objects.on(timezone.localdate()).filter(role__in=roles).exclude(department="")


def _department(role: str, department: str) -> str:
    departments: dict[str, str] = {Role.DISCIPLINE: DISCIPLINE, Role.DEPARTMENT: department}
    return departments.get(role, "")
