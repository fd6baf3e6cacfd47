"""Who may know of an objection or appeal that is not answered yet; every reader of the result may know of answered
ones.

An open appeal is known to its village, to the offices that decide and release there (they are told of it), to those who
convene or hear it, and to those who oversee the place; not to others who read the register, nor to reviewers, who may
have to score again. An open objection is known to those who answer objections there, and to those who oversee the
place.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from reviews.models import Appeal, Hearer, Objection
from reviews.models.lifecycle import APPEAL, CONVENE, either

OVERSEE = "reports.view_dashboard"
KNOW_OF_OBJECTIONS = (OVERSEE, *either("answer_objection"))
KNOW_OF_APPEALS = (OVERSEE, "ratings.fill", APPEAL, *either("decide"), *either("release"), *CONVENE)


def knows_of_objections(user: Any, unit: Any) -> bool:
    return any(user.has_perm(right, unit) for right in KNOW_OF_OBJECTIONS)


def knows_of_appeals(user: Any, unit: Any) -> bool:
    return any(user.has_perm(right, unit) for right in KNOW_OF_APPEALS)


def answered(objections: QuerySet[Objection]) -> QuerySet[Objection]:
    """What any other reader may know of."""
    return objections.exclude(state__in=Objection.State.UNANSWERED)


def answered_or_heard(appeals: QuerySet[Appeal], user: Any) -> QuerySet[Appeal]:
    """What any other reader may know of: the answered ones, and those that ``user`` hears."""
    hears = Exists(Hearer.objects.filter(appeal=OuterRef("pk"), user=user))
    return appeals.filter(~Q(state__in=Appeal.State.UNANSWERED) | hears)
