"""The people of a consultation: who may say something about a draft, in which post, and whom to tell."""

from typing import Any

from django.utils import timezone

from accounts.models import Appointment, User
from accounts.role_holders import holders
from accounts.roles import ROLES, Role
from consultations.models import COMMENT, REVIEW, Acknowledgement, Comment, Consultation, DraftProposal
from villages.models import Level, Unit, below

COUNTIES = (Level.COUNTY, Level.ZONE)
CONSULTED = sorted(role for role, spec in ROLES.items() if COMMENT in spec.permissions)
"""The roles that are asked for comments."""


def commenting_post(user: User, consultation: Consultation) -> Appointment | None:
    """The post in which ``user`` comments: one of those who are rated by the scheme or rate by it."""
    posts = (post for post in user.posts if COMMENT in ROLES[post.role].permissions)
    return next((post for post in posts if post.unit_id.startswith(consultation.unit_id)), None)


def reviewing_post(user: User, consultation: Consultation) -> Appointment | None:
    """The post in which ``user`` takes part in the joint review: of the city, or of another of its counties."""
    posts = (post for post in user.posts if REVIEW in ROLES[post.role].permissions)
    city = consultation.city
    return next((p for p in posts if p.unit_id.startswith(city) and p.unit_id != consultation.unit_id), None)


def asked(consultation: Consultation) -> set[int]:
    """The ids of all who are asked for comments."""
    today = Appointment.objects.on(timezone.localdate()).for_rating_of(consultation.scheme.rates)
    held = today.filter(below(consultation.unit_id, "unit_id"), role__in=CONSULTED)
    return set(held.values_list("user_id", flat=True))


def other_counties(consultation: Consultation) -> list[Unit]:
    """The city's other counties that have an office."""
    found = Unit.objects.within(consultation.city).standing().filter(level__in=COUNTIES)
    others = list(found.exclude(pk=consultation.unit_id).order_by("code"))
    staffed = holders([Role.COUNTY_OFFICE], [unit.code for unit in others])
    return [unit for unit in others if unit.code in staffed]


def office(code: str) -> set[int]:
    """The ids of the leading-group office of a county or city."""
    role = Role.CITY_OFFICE if len(code) <= len("3306") else Role.COUNTY_OFFICE
    return set(holders([role], [code]).get(code, ()))


def reviewers(consultation: Consultation) -> set[int]:
    """The ids of the offices that take part in the joint review."""
    found = office(consultation.city)
    return found.union(*(office(unit.code) for unit in other_counties(consultation)))


def had_their_say(consultation: Consultation) -> set[int]:
    """The ids of those who commented, proposed a change, or read the draft and had nothing to add."""
    about: dict[str, Any] = {"consultation": consultation, "by__isnull": False}
    return {
        user
        for model in (Comment, DraftProposal, Acknowledgement)
        for user in model.objects.filter(**about).values_list("by", flat=True)
    }
