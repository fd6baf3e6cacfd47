"""A reviewer's own sheet with everything that its pages read: on the desktop and on the phone on the spot."""

from collections import defaultdict
from functools import cached_property
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import JSONObject
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from accounts.authority import where_held
from accounts.models import User
from ratings.application.absences import Said, absences
from ratings.models import Answer, Return, StarPeriod
from ratings.presenters.area_sections import LastYear
from ratings.presenters.last_year import as_answers, of_application
from ratings.scoring.totals import full_marks, running_total
from ratings.workflow.window import opens_on
from reviews.models import FieldPhoto, Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.sheets.entries import entries_of
from reviews.sheets.queue import with_deadline
from reviews.sheets.scores import Entries, scored, with_computed

SCORE = tuple(review_level.permission("score") for review_level in REVIEW_LEVELS.values())


def own_sheets(user: User) -> QuerySet[Sheet]:
    """The sheets of ``user`` where the scoring permission is still held."""
    held = Q(pk__in=())
    for level in REVIEW_LEVELS.values():
        held |= Q(stage=level.stage) & where_held(user, level.permission("score"), "application__unit_id")
    return Sheet.objects.filter(held, reviewer=user)


def own_sheet(user: User, pk: int) -> Sheet:
    """One of ``own_sheets`` with its photos (``seen_there``) and documents ``said_absent``, or 404."""
    last = StarPeriod.objects.on().filter(unit=OuterRef("application__unit")).values("star")
    photos = FieldPhoto.objects.filter(sheet=OuterRef("pk")).order_by("pk")
    photos = photos.values(shown=JSONObject(pk="pk", criterion="criterion", name="file__name"))
    answered = Return.objects.filter(application=OuterRef("application"), answered_at__isnull=False)
    return get_object_or_404(
        with_deadline(own_sheets(user))
        .select_related("application__unit", "application__cycle__scheme")
        .annotate(
            last_star=Subquery(last),
            came_back=Exists(answered),
            seen_there=ArraySubquery(photos),
            said_absent=absences("application"),
            said_last_year=of_application("application"),
        ),
        pk=pk,
    )


def require_reviewer(user: User) -> None:
    if not any(user.reach(permission) for permission in SCORE):
        raise Http404


class OwnSheet:
    """The sheet, the criteria that fit its unit, the unit's answers and the reviewer's entries so far (by item)."""

    def __init__(self, user: User, pk: int) -> None:
        self.user, self.sheet = user, own_sheet(user, pk)
        self.application = self.sheet.application
        self.spec = self.application.scheme.spec
        self.criteria = list(self.spec.fitting(self.application.tags))
        self.answers = {answer.item: answer for answer in Answer.objects.filter(application=self.application)}
        self.entries = self.with_computed(entries_of([pk])[pk])

    def with_computed(self, entries: Entries) -> Entries:
        values = {item: answer.value for item, answer in self.answers.items() if answer.value is not None}
        return with_computed(self.criteria, entries, values)

    @cached_property
    def last(self) -> dict[str, LastYear]:
        """The unit's answers a year ago, by item."""
        return as_answers(self.application.cycle, self.sheet.said_last_year)

    @cached_property
    def absences(self) -> dict[str, list[Said]]:
        """The documents that the unit does not have this year, by criterion."""
        by_application = defaultdict(list)
        for absence in self.sheet.said_absent:
            by_application[absence["criterion"]].append(absence)
        return by_application

    @property
    def is_open(self) -> bool:
        ready = self.application.state == REVIEW_LEVELS[self.sheet.stage].state
        return ready and self.sheet.state == Sheet.State.OPEN

    @property
    def not_yet(self) -> str:
        """The day from which it may be scored, while that is in the future."""
        opens = self.sheet.opens
        return opens_on(self.sheet.window, opens) if self.is_open and opens and timezone.now() < opens else ""

    @property
    def progress(self) -> dict[str, Any]:
        points = scored(self.spec, self.application.tags, self.entries)
        return {
            "scored": len(points),
            "of": len(self.criteria),
            "left": len(self.criteria) - len(points),
            "total": running_total(self.spec, {code: of.points for code, of in points.items()}),
            "most": full_marks(self.spec),
        }
