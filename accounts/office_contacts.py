"""Whom to call: the office that appoints a person, with the telephone numbers of its holders."""

from dataclasses import dataclass

from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import Appointment, User
from accounts.phones import spelt
from accounts.prepared import asked
from accounts.roles import OFFICE_HEADS, ROLES
from villages.models import above

MOST = 3
MOST_PUBLIC = 12


@dataclass(frozen=True)
class Contact:
    """``name``: "" where the public reads it. ``phone``: as it is dialled, "" where there is none."""

    place: str
    office: str
    name: str
    phone: str

    @property
    def spelt(self) -> str:
        return spelt(self.phone) if self.phone else ""


def whom_to_call(user: User) -> list[Contact]:
    """Who appoints ``user`` in the nearest unit above: those with a number first. One query."""
    if not user.posts:
        return []
    post = user.posts[0]
    roles = tuple(sorted(ROLES[post.role].appointed_by))
    held = asked(_appointing, user, roles=roles)
    posts = sorted(held, key=lambda one: (-len(one.unit_id), not one.phone, one.starts, one.pk))
    near = [one for one in posts if one.unit_id == posts[0].unit_id]
    return [_contact(one, one.user.name) for one in near[:MOST]]


def _appointing(user: User, *, roles: tuple[str, ...]) -> QuerySet[Appointment]:
    return _held().filter(above(user.posts[0].unit_id, "unit_id"), role__in=roles).exclude(user=user)


def public_contacts() -> list[Contact]:
    """The leading offices of a county or the city, for anonymous readers: office numbers only, no names.

    A mobile number is personal.
    """
    heads = _held().filter(role__in=OFFICE_HEADS).filter(phone__startswith="0").order_by("unit_id", "starts", "pk")
    first = {one.unit_id: one for one in reversed(heads[: 4 * MOST_PUBLIC])}
    return [_contact(first[code], "") for code in sorted(first)[:MOST_PUBLIC]]


def _held() -> QuerySet[Appointment]:
    return Appointment.objects.on(timezone.localdate()).filter(deputy_for=None).select_related("user", "unit")


def _contact(post: Appointment, name: str) -> Contact:
    return Contact(post.unit.name, post.office, name, post.phone)
