"""Telling people of a step with a draft scheme."""

from collections.abc import Collection

from consultations.models import Consultation
from notifications.workflow import announce


def tell(consultation: Consultation, kind: str, people: Collection[int], **params: str) -> None:
    """``people`` (ids) read of it, with a link to the page of the consultation."""
    scheme = consultation.scheme
    announce(
        people,
        kind,
        link=consultation.get_absolute_url(),
        unit_code=consultation.unit_id,
        **({"unit": consultation.unit.name, "name": scheme.name, "year": scheme.year} | params),
    )
