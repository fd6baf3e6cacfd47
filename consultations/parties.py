"""The people of a consultation: who may say something about a draft, in which post, and whom to tell."""

from collections.abc import Collection
from typing import Any

from accounts.authority import lacking
from accounts.models import Appointment, User
from accounts.role_holders import holders
from accounts.roles import ROLES, Role
from consultations.models import (
    LEAD,
    REVIEW,
    WRITE,
    Acknowledgement,
    Comment,
    Consultation,
    ConsultationState,
    DraftProposal,
    posts_asked,
)
from villages.models import Level, Unit

COUNTIES = (Level.COUNTY, Level.ZONE)


def commenting_post(user: User, consultation: Consultation) -> Appointment | None:
    """The post in which ``user`` comments: one of those who are rated by the scheme or rate by it."""
    held = posts_asked(consultation.unit_id, consultation.scheme.rates).filter(user=user)
    return held.select_related("unit").order_by("starts", "pk").first()


def reviewing_post(user: User, consultation: Consultation) -> Appointment | None:
    """The post in which ``user`` takes part in the joint review: of the city, or of another of its counties."""
    posts = (post for post in user.posts if REVIEW in ROLES[post.role].permissions)
    city = consultation.city
    return next((p for p in posts if p.unit_id.startswith(city) and p.unit_id != consultation.unit_id), None)


def asked(consultation: Consultation) -> set[int]:
    """The ids of all who are asked for comments."""
    return set(posts_asked(consultation.unit_id, consultation.scheme.rates).values_list("user_id", flat=True))


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


def readers(consultation: Consultation, people: Collection[int]) -> set[int]:
    """Those of ``people`` who find the page of the consultation (``ConsultationQuerySet.seen_by``, for many)."""
    pairs = {(user, consultation.unit_id) for user in people}
    found = (pairs - lacking(WRITE, pairs)) | (pairs - lacking(LEAD, pairs))
    seen = {user for user, _code in found}
    if consultation.state != ConsultationState.WITHDRAWN:
        seen |= asked(consultation)
    if consultation.state in ConsultationState.SHARED:
        seen |= reviewers(consultation)
    return seen & set(people)


def had_their_say(consultation: Consultation) -> set[int]:
    """The ids of those who commented, proposed a change, or read the draft and had nothing to add."""
    about: dict[str, Any] = {"consultation": consultation, "by__isnull": False}
    return {
        user
        for model in (Comment, DraftProposal, Acknowledgement)
        for user in model.objects.filter(**about).values_list("by", flat=True)
    }
