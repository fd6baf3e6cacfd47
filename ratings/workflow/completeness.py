"""What an application still lacks to be sent: items, evidence, documents, the star."""

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ratings.application import questions
from ratings.models import Absence, Application, Evidence
from ratings.workflow.answers import TypedAnswer, given_of
from ratings.workflow.filling_rights import (
    criteria_of,
)
from records.refusals import Incomplete

Answers = Mapping[int, Mapping[str, TypedAnswer]]


def no_star() -> Incomplete:
    message = _("Please choose the star that you apply for.")
    return Incomplete(message, {"star": message})


def require_whole(applications: list[Application], answers: Answers) -> None:
    """Raise ``Incomplete`` unless every item of every application is answered, with the required evidence."""
    for application, problems in problems_of(applications, answers):
        if application.applied_star is None:
            raise no_star()
        if problems:
            message = ngettext(
                "%(unit)s: %(count)s thing is missing.", "%(unit)s: %(count)s things are missing.", len(problems)
            )
            raise Incomplete(message % {"unit": application.unit, "count": len(problems)}, problems)


def lacking(application: Application) -> int:
    """How many things keep the form from being sent: items, evidence, documents, the star. Two queries."""
    [(_application, problems)] = problems_of([application], given_of([application]))
    return len(problems) + (application.applied_star is None)


def problems_of(applications: list[Application], answers: Answers) -> list[tuple[Application, dict[str, str]]]:
    """Each application with what it lacks to be sent, by item or criterion."""
    attached: dict[int, set[tuple[str, str]]] = {application.pk: set() for application in applications}
    place = ("application", "criterion", "name")
    files = Evidence.objects.filter(application__in=answers).order_by().values_list(*place)
    for pk, criterion, name in files.union(Absence.objects.filter(application__in=answers).values_list(*place)):
        attached[pk].add((criterion, name))
    return [
        (
            a,
            questions.missing(a.cycle.scheme.spec, criteria_of(a), answers[a.pk], attached[a.pk])
            | questions.papers_missing(a.cycle.meeting_minutes_required, attached[a.pk]),
        )
        for a in applications
    ]
