"""The lists of the decision desk as long as nothing is searched for: prepared questions (``accounts.prepared``)."""

from django.db.models import Count, QuerySet

from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.prepared_list import PreparedList
from ratings.models import Application
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel
from reviews.workflow.desk_rows import finished, for_desk, unfinished


def ready(user: User, stage: str) -> PreparedList:
    """What can be decided."""
    return PreparedList(user, _count, _ready, stage=stage)


def still_waiting(user: User, stage: str, most: int) -> list[Application]:
    """The first of those that wait for sheets."""
    return asked(_waiting, user, stage=stage, most=most)


def _here(user: User, stage: str) -> tuple[ReviewLevel, list[str]]:
    review_level = REVIEW_LEVELS[stage]
    return review_level, user.reach(review_level.permission("decide"))


def _count(user: User, *, stage: str) -> Totals:
    return Totals(finished(*_here(user, stage)), {"count": Count("pk")})


def _ready(user: User, *, stage: str, start: int, stop: int) -> QuerySet[Application]:
    review_level, codes = _here(user, stage)
    return for_desk(finished(review_level, codes), user, review_level)[start:stop]


def _waiting(user: User, *, stage: str, most: int) -> QuerySet[Application]:
    return unfinished(*_here(user, stage))[:most]
