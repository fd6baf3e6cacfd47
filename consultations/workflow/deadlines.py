"""The deadlines of a consultation are follow-ups of the offices that have to act by them.

Nothing is demanded of villages and departments: their to-do list says that they are asked, and until when.
"""

from collections.abc import Collection
from datetime import date
from typing import Any

from accounts.models import User
from accounts.roles import Role
from consultations.kinds import ANSWER, CONCLUDE, REVIEWS, SETTLE
from consultations.models import Consultation
from followups import workflow as followups
from followups.due import working_days_due
from followups.offices import Office, leading_office
from followups.workflow import Opening
from records.deadlines import last_day
from records.known import known
from villages.models import Unit

DAYS_TO_ANSWER, DAYS_TO_SETTLE, DAYS_TO_CONCLUDE = 5, 3, 5
"""Working days after the day until which others may say something."""


def open_answering(consultation: Consultation, until: date, *, by: User) -> None:
    _open(consultation, ANSWER, leading_office(consultation.unit_id), working_days_due(DAYS_TO_ANSWER, until), by)


def answered(consultation: Consultation, *, by: User) -> None:
    followups.finish(ANSWER, [consultation.pk], by=by)


def open_review(consultation: Consultation, until: date, counties: Collection[Unit], *, by: User) -> None:
    """Each county's office reads the draft by ``until``, then the city's concludes."""
    due = known(consultation.review_until)
    followups.open_all(
        [
            _opening(
                consultation, REVIEWS, Office(unit.code, Role.COUNTY_OFFICE), due, f"{consultation.pk}:{unit.code}"
            )
            for unit in counties
        ],
        by=by,
    )
    conclude = working_days_due(DAYS_TO_CONCLUDE, until)
    _open(consultation, CONCLUDE, Office(consultation.city, Role.CITY_OFFICE), conclude, by)


def reviewed_by(consultation: Consultation, unit: str, *, by: User) -> None:
    followups.finish(REVIEWS, [f"{consultation.pk}:{unit}"], by=by)


def open_settling(consultation: Consultation, *, by: User) -> None:
    until = last_day(known(consultation.review_until))
    _open(consultation, SETTLE, leading_office(consultation.unit_id), working_days_due(DAYS_TO_SETTLE, until), by)


def settled(consultation: Consultation, *, by: User) -> None:
    followups.finish(SETTLE, [consultation.pk], by=by)


def review_over(consultation: Consultation, *, by: User) -> None:
    followups.finish(CONCLUDE, [consultation.pk], by=by)
    followups.finish(REVIEWS, _counties(consultation), by=by)


def call_off(consultation: Consultation, reason: str, *, by: User | None) -> None:
    for kind in (ANSWER, SETTLE, CONCLUDE):
        followups.call_off(kind, [consultation.pk], by=by, reason=reason)
    followups.call_off(REVIEWS, _counties(consultation), by=by, reason=reason)


def _counties(consultation: Consultation) -> list[str]:
    """The subjects of the follow-ups of the city's counties."""
    codes = Unit.objects.within(consultation.city).filter(level__in=("county", "zone")).values_list("code", flat=True)
    return [f"{consultation.pk}:{code}" for code in codes]


def _open(consultation: Consultation, kind: str, office: Office, due: Any, by: User) -> None:
    followups.open_followup(_opening(consultation, kind, office, due, consultation.pk), by=by)


def _opening(consultation: Consultation, kind: str, office: Office, due: Any, subject: Any) -> Opening:
    params = {"name": consultation.scheme.name, "year": consultation.scheme.year}
    return Opening(kind, subject, consultation.unit, office, due, consultation.get_absolute_url(), params=params)
