"""From the bytes of an assessment file to its specification, or to all of its errors (formats §9)."""

from django.utils.translation import gettext as _
from pydantic import ValidationError

from ratings.scheme.problems import Problem
from ratings.scheme.reading import parse, shape_problem, wrong_value
from records.refusals import Refused
from reports.assessments.checks import problems
from reports.assessments.spec import AssessmentSpec

_WORDS = {
    "union_tag_not_found": lambda ctx, error: (_("A required key is missing."), "takes"),
    "union_tag_invalid": lambda ctx, error: (
        _("Nothing is known as “%s” that a term could take.") % ctx["tag"],
        ctx["expected_tags"],
    ),
    "share": wrong_value(lambda ctx: _("a decimal from 0 to 1")),
    "day": wrong_value(lambda ctx: _("a day such as 2026-12-31")),
}


class AssessmentRefused(Refused):
    """An assessment file with errors; ``problems`` holds them all."""

    def __init__(self, problems: list[Problem]):
        super().__init__("\n".join(str(problem) for problem in problems))
        self.problems = problems


def read_assessment(raw: bytes) -> AssessmentSpec:
    """Read an assessment file (JSON in UTF-8). Raises ``Refused`` with every error in it."""
    body = parse(raw)
    found: list[Problem] = []
    try:
        spec = AssessmentSpec.model_validate(body)
    except ValidationError as wrong:
        found = [shape_problem(error, _names_a_branch, _WORDS) for error in wrong.errors(include_url=False)]
    found += problems(body)
    if found:
        raise AssessmentRefused(found)
    return spec


def _names_a_branch(loc: tuple[int | str, ...], at: int) -> bool:
    """Pydantic adds the kind of term to the location; that is not part of the file."""
    return loc[0] == "terms" and at == 2
