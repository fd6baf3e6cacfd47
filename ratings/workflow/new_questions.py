"""What a later version of the scheme asks of applications that are sent already (formats §6): the new answers alone.

The form goes back to its village for just the criteria that lack an answer now. It keeps the day on which it was sent,
and with it its place in every list; once handed back, it is under review at the level of the others. A candidate whom
the township has recommended stays with the county, whose reviewers score what is new; what departments supply is open
to them meanwhile (``ratings.workflow.supply``).
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from followups import time_limits
from ratings import notices
from ratings.application import questions
from ratings.application.correction import FOLLOW_UP
from ratings.models import Application, Return, ReturnedCriterion
from ratings.scheme.spec import Criterion, NoSingleVariant, SchemeSpec
from ratings.workflow import correction_deadlines
from ratings.workflow.answers import given_of
from ratings.workflow.completeness import problems_of
from ratings.workflow.transition import move
from records import audit
from records.deadlines import deadline

State = Application.State


def unanswered(applications: Iterable[Application], old: SchemeSpec) -> dict[Application, list[str]]:
    """The codes of the village's criteria that say something else than under ``old`` and lack an answer, of each
    application that is asked for them."""
    asked = [
        one for one in applications if one.state in State.WITH_TOWNSHIP and fitting(one.cycle.scheme.spec, one.tags)
    ]
    found = {}
    for application, lack in problems_of(asked, given_of(asked)):
        before = fitting(old, application.tags) or ()
        new = [c for c in fitting(application.cycle.scheme.spec, application.tags) or () if c not in before]
        if codes := [c.code for c in new if questions.by_village(c) and _lacks(c, lack)]:
            found[application] = codes
    return found


def ask(found: Mapping[Application, list[str]], *, version: int, by: Any) -> None:
    """Return the applications for their criteria (as ``unanswered`` found them); one that is with its village already
    gets them beside what was returned."""
    if not found:
        return
    due = time_limits.due(FOLLOW_UP, min(one.unit_id for one in found))
    reason = _("Version %s of the scheme asks for this.") % version
    with audit.acting(by, "return", reason):
        questions_of = _questions(found, due, by)
        there = set(ReturnedCriterion.objects.filter(of__in=questions_of.values()).values_list("of", "criterion"))
        ReturnedCriterion.objects.bulk_create(
            ReturnedCriterion(of=question, criterion=code, reason=reason)
            for application, question in questions_of.items()
            for code in found[application]
            if (question.pk, code) not in there
        )
    correction_deadlines.follow(questions_of.values(), by=by)
    returned = [one.pk for one in found if one.state != State.RETURNED]
    move(returned, "return", State.RETURNED, by=by, reason=reason)
    for count in sorted({len(codes) for codes in found.values()}):
        asked = [application for application, codes in found.items() if len(codes) == count]
        notices.tell_village(asked, "application_returned", count=count, until=deadline(due))


def _questions(found: Iterable[Application], due: datetime, by: Any) -> dict[Application, Return]:
    """The open return of each application, with time until ``due`` at least."""
    of_application = {one.pk: one for one in found}
    there = {
        question.application_id: question
        for question in Return.objects.filter(application__in=of_application, answered_at=None)
    }
    Return.objects.filter(pk__in=[question.pk for question in there.values()], due__lt=due).update(due=due)
    made = Return.objects.bulk_create(
        Return(application=one, by=by, due=due) for pk, one in of_application.items() if pk not in there
    )
    there |= {question.application_id: question for question in made}
    return {one: there[pk] for pk, one in of_application.items()}


def fitting(spec: SchemeSpec, tags: Collection[str]) -> tuple[Criterion, ...] | None:
    """The criteria for a unit with ``tags``; None where no single variant fits."""
    try:
        return spec.fitting(tags)
    except NoSingleVariant:
        return None


def _lacks(criterion: Criterion, lack: Collection[str]) -> bool:
    return criterion.code in lack or any(question.item in lack for question in criterion.questions)
