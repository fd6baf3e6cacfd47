"""Joint department checks: who opens or answers them, their lists, and which answers are still outstanding."""

from collections.abc import Iterable, Mapping, Sequence

from django.db.models import Exists, OuterRef, QuerySet

from accounts.departments import departments_of
from accounts.models import User
from accounts.role_holders import has_post
from ratings.models import Application, Decision, Stage
from records.kept_statements import rows_of
from reviews.models import Candidate, DepartmentAnswer, DepartmentCheck
from reviews.models.review_levels import REVIEW_LEVELS
from villages.models import below_any

OPEN, ANSWER = "reviews.open_check", "reviews.answer_check"
CHECK = "check"
"""The step that has a time limit (``followups.time_limits``)."""


def checks_for(user: User) -> QuerySet[DepartmentCheck]:
    """The checks that ``user`` opens or answers, newest first."""
    codes = {code for permission in (OPEN, ANSWER) for code in user.reach(permission)}
    return DepartmentCheck.objects.filter(below_any(codes, "unit_id")).select_related("unit", "cycle__scheme")


def speaks_for(user: User, check: DepartmentCheck) -> list[str]:
    """The departments for which ``user`` answers: none where the list has a unit of their own (``lists_own_unit``),
    since one answer covers the whole list."""
    if DepartmentCheck.objects.filter(lists_own_unit(user.pk), pk=check.pk).exists():
        return []
    return [name for name in departments_of(user, check.unit_id) if name in departments(check)]


def lists_own_unit(user: int) -> Exists:
    """Whether ``user`` (by id) holds or ever held a post in a unit on the list of a check."""
    return Exists(Candidate.objects.filter(has_post(user, "application__unit"), of=OuterRef("pk")))


def on_no_list(codes: Iterable[str]) -> QuerySet[Application]:
    """The candidates within ``codes`` that no department has been asked about.

    They are under review at the county, or decided there and not released; only where the scheme names departments.
    """
    by_county = Decision.objects.filter(
        application=OuterRef("pk"), state=Decision.State.DECIDED, origin=REVIEW_LEVELS[Stage.COUNTY].origin
    )
    there = Application.objects.filter(
        below_any(codes, "unit_id"), candidacy=None, cycle__scheme__body__departments__0__isnull=False
    )
    decided = there.filter(Exists(by_county), state=Application.State.DECIDED)
    return there.filter(state=REVIEW_LEVELS[Stage.COUNTY].state) | decided


def departments(check: DepartmentCheck) -> tuple[str, ...]:
    """All departments that the scheme names, in its order."""
    return check.cycle.scheme.spec.departments


# The query builder would take longer for it than the database does.
_HEARD = """
select of_id, department from reviews_departmentanswer where of_id = any(%s)
union
select of_id, department from reviews_lapse where of_id = any(%s)
"""


def outstanding(asked: Mapping[int, Sequence[str]]) -> dict[int, list[str]]:
    """Of the departments ``asked`` by check id, those that have neither answered nor been recorded as late."""
    done = set(rows_of(_HEARD, [list(asked)] * 2)) if asked else set()
    return {pk: [name for name in names if (pk, name) not in done] for pk, names in asked.items()}


def standing(check: DepartmentCheck) -> dict[str, DepartmentAnswer]:
    """By department, the answer that no later one corrects, with its findings."""
    answers = DepartmentAnswer.objects.filter(of=check, corrected_by=None).select_related("by")
    return {answer.department: answer for answer in answers.prefetch_related("findings__application__unit")}


def candidates_of(check: DepartmentCheck) -> list[Application]:
    """The applications on the list, by division code."""
    chosen = Candidate.objects.filter(of=check).values("application")
    return list(Application.objects.filter(pk__in=chosen).select_related("unit").order_by("unit"))
