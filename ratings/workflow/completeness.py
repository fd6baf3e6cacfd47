"""What an application still lacks to be sent: items, evidence, documents, the star."""

from collections.abc import Collection, Mapping
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ratings.application import questions
from ratings.models import Absence, Application, Evidence
from ratings.workflow.answers import TypedAnswer
from ratings.workflow.filling_rights import criteria_of
from records.refusals import Incomplete

Answers = Mapping[int, Mapping[str, TypedAnswer]]
Piece = tuple[str, str]
"""The criterion and the name of evidence that exists, or is declared absent."""


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


def lacking(application: Application, answers: Mapping[str, TypedAnswer], attached: Collection[Piece]) -> int:
    """How many things keep the form from being sent: items, evidence, documents, the star."""
    return len(_problems(application, answers, attached)) + (application.applied_star is None)


def problems_of(applications: list[Application], answers: Answers) -> list[tuple[Application, dict[str, str]]]:
    """Each application with what it lacks to be sent, by item or criterion. One query."""
    attached: dict[int, set[Piece]] = {application.pk: set() for application in applications}
    files, absences = (kind.objects.filter(application__in=answers).order_by() for kind in (Evidence, Absence))
    for pk, *piece in pieces(files).union(pieces(absences)):
        attached[pk].add(tuple(piece))
    return [(a, _problems(a, answers[a.pk], attached[a.pk])) for a in applications]


def pieces(rows: QuerySet[Any, Any]) -> QuerySet[Any, tuple[Any, ...]]:
    """The application, and the ``Piece`` of each."""
    return rows.values_list("application", "criterion", "name")


def _problems(
    application: Application, answers: Mapping[str, TypedAnswer], attached: Collection[Piece]
) -> dict[str, str]:
    cycle = application.cycle
    return questions.missing(cycle.scheme.spec, criteria_of(application), answers, attached) | questions.papers_missing(
        cycle.meeting_minutes_required, attached
    )
