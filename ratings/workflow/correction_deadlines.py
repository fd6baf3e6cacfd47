"""An open return is a follow-up of those who fill in the form: due when the return is, closed when that has ended.

The return itself tells them (``ratings.notices``); when it is late, the warning W2 goes up.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from followups import workflow as followups
from followups.workflow import Opening
from ratings.application.correction import FOLLOW_UP, filling_office
from ratings.models import Application, Return
from records import audit


def follow(questions: Iterable[Return], *, by: User | None) -> None:
    """Give each of these open returns its follow-up, due when the return now is. Idempotent."""
    rows = Return.objects.filter(pk__in=[one.pk for one in questions], answered_at=None)
    open_ones = list(rows.select_related("application__unit", "application__cycle").order_by("pk"))
    followups.open_all((_opening(one) for one in open_ones), by=by)
    followups.postpone(FOLLOW_UP, {one.pk: one.due for one in open_ones}, by=by)


@transaction.atomic
def corrected(application: Application, *, by: User, verb: str) -> None:
    """What was returned has been handed back."""
    followups.finish(FOLLOW_UP, _answer([application], by, verb), by=by)


@transaction.atomic
def drop(applications: Iterable[Application], *, by: User | None, verb: str, reason: str) -> None:
    """Nobody has to correct them any more: the review continues without, or the applications are withdrawn."""
    followups.call_off(FOLLOW_UP, _answer(applications, by, verb), by=by, reason=reason)


def _answer(applications: Iterable[Application], by: User | None, verb: str) -> list[int]:
    """The ids of the open returns of these applications, which are no longer open."""
    found = Return.objects.filter(application__in=applications, answered_at=None)
    ids = list(found.values_list("pk", flat=True))
    with audit.acting(by, verb):
        found.update(answered_at=timezone.now())
    return ids


def _opening(question: Return) -> Opening:
    application: Any = question.application
    return Opening(
        FOLLOW_UP,
        question.pk,
        application.unit,
        filling_office(application.unit_id),
        question.due,
        reverse("application", args=[application.pk]),
        {"year": application.cycle.year},
    )
