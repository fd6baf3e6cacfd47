"""Persons who once held a post in a unit, and what anybody is told and asked to do."""

from datetime import timedelta

from django.utils import timezone

from accounts.models import User
from accounts.roles import Role
from accounts.todo_list import todos_of
from notifications.models import Notice
from tests.factories import VILLAGE, AppointmentFactory, UnitFactory


def of_the_unit(user: User, code: str = VILLAGE) -> User:
    """``user``, who held a post there until a month ago."""
    day = timezone.localdate()
    years = {"starts": day - timedelta(days=400), "ends": day - timedelta(days=30)}
    AppointmentFactory(user=user, role=Role.SIGNER, unit=UnitFactory(code=code), **years)
    return User.objects.get(pk=user.pk)


def urls_of(user: User) -> list[str]:
    """Of the to-dos."""
    return [todo.url for todo in todos_of(User.objects.get(pk=user.pk))]


def told(kind: str) -> list[int]:
    """Who got a notice of this kind, by id."""
    return sorted(Notice.objects.filter(kind=kind).values_list("user", flat=True))
