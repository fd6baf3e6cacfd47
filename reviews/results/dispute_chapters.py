"""The chapters of an explanation from the release on: public notice, objections, appeals."""

from typing import Any

from django.db.models import OuterRef, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from accounts.templatetags.face import star_name
from ratings.explanation import ExplanationChapter, ExplanationStep, Queries, Rows, moment, question, rows_of
from reviews.appeals.appeal_rules import ABOVE
from reviews.appeals.open_disputes import answered_or_heard, knows_of_appeals
from reviews.models import Appeal, Objection
from reviews.models.lifecycle import APPEAL_STEPS, OBJECTION_STEPS
from reviews.results.result import Result


def _notice_read(_result: Result) -> Queries:
    return {"notice_objections": question(_answered_objections)}


def _answered_objections(_user: User) -> QuerySet:
    answered = Objection.objects.filter(decision__application=OuterRef("pk")).exclude(
        state__in=Objection.State.UNANSWERED
    )
    return rows_of(answered.order_by("pk"), "state", "answered_at", "answer")


def _notice(result: Result, rows: Rows) -> list[ExplanationStep]:
    """The days of public notice, objections with their answers (without the objectors), the confirmation."""
    steps = []
    if batch := result.batch:
        days = {
            "first": date_format(batch.first_day, "DATE_FORMAT"),
            "last": date_format(batch.last_day, "DATE_FORMAT"),
        }
        lines = (_("Working days from %(first)s to %(last)s.") % days, batch.document)
        steps.append(ExplanationStep(timezone.localdate(batch.released_at), _("Public notice"), lines))
    steps += [_objection(row) for row in rows["notice_objections"]]
    if result.decision and result.decision.on:
        title = _("Confirmed: %(star)s begins") % {"star": star_name(result.decision.star)}
        steps.append(ExplanationStep(result.decision.on, title))
    return sorted(steps, key=lambda step: step.on)


def _objection(row: dict[str, Any]) -> ExplanationStep:
    upheld, title = row["state"] == Objection.State.UPHELD, OBJECTION_STEPS.told_of(row["state"])
    answer = (_("Answer: %(answer)s") % {"answer": row["answer"]},) if row["answer"] else ()
    return ExplanationStep(moment(row["answered_at"]).date(), str(title), answer, mark="change" if upheld else "")


def _appeals_read(result: Result) -> Queries:
    return {"appeal_rows": question(_known_appeals, all_of_them=knows_of_appeals(result.user, result.application))}


def _known_appeals(user: User, *, all_of_them: bool) -> QuerySet:
    made = Appeal.objects.filter(application=OuterRef("pk")).order_by("pk")
    known = made if all_of_them else answered_or_heard(made, user)
    return rows_of(known, "made_at", "reasons", "state", "answer", "answered_at", about="decision__origin")


def _appeals(result: Result, rows: Rows) -> list[ExplanationStep]:
    """What the village appealed, as far as the reader may know, and the answer of the level above."""
    steps = []
    for row in rows["appeal_rows"]:
        title = _("Appealed to the level above")
        steps.append(ExplanationStep(moment(row["made_at"]).date(), title, (row["reasons"],)))
        upheld = row["state"] == Appeal.State.UPHELD
        if ended := _upheld(row["about"]) if upheld else APPEAL_STEPS.told_of(row["state"]):
            answer = (row["answer"],) if row["answer"] else ()
            mark = "change" if upheld else ""
            steps.append(ExplanationStep(moment(row["answered_at"]).date(), str(ended), answer, mark=mark))
    return steps


def _upheld(about: str | None) -> str:
    """``about``: the origin of the appealed decision, None for a rejection."""
    if about in ABOVE:
        return _("The appeal was upheld: a new decision took the old one's place")
    return _("The appeal was upheld: the application is reviewed after all")


NOTICE = ExplanationChapter(gettext_lazy("Public notice and objections"), _notice, _notice_read, order=40)
APPEALS = ExplanationChapter(gettext_lazy("Appeal"), _appeals, _appeals_read, order=45)
