"""Telling people of a step with a draft scheme."""

from collections.abc import Collection

from django.urls import reverse

from consultations.models import Consultation
from consultations.parties import readers
from notifications.workflow import announce


def tell(consultation: Consultation, kind: str, people: Collection[int], **params: str) -> None:
    """``people`` (ids) read of it: with a link to the page of the consultation for those who find it there."""
    seen = readers(consultation, people)
    _announce(consultation, kind, seen, consultation.get_absolute_url(), params)
    _announce(consultation, kind, set(people) - seen, "", params)


def tell_of_issue(consultation: Consultation, people: Collection[int]) -> None:
    """``people`` (ids) read that the scheme is issued, with a link to it as anybody may read it."""
    scheme = reverse("public_scheme", args=[consultation.scheme_id])
    _announce(consultation, "draft_issued", people, scheme, {})


def _announce(consultation: Consultation, kind: str, people: Collection[int], link: str, more: dict[str, str]) -> None:
    scheme = consultation.scheme
    params = {"unit": consultation.unit.name, "name": scheme.name, "year": scheme.year} | more
    announce(people, kind, link=link, unit_code=consultation.unit_id, **params)
