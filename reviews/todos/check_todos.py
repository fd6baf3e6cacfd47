"""To-dos about the joint department check: to open, to answer, to proceed without."""

from django.db.models import Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.departments import departments_of
from accounts.models import User
from accounts.prepared import Totals, asked
from accounts.todo_list import Todo
from ratings.models import Application
from reviews.department_checks.assignments import ANSWER, OPEN, lists_own_unit, on_no_list
from reviews.models import Candidate, DepartmentAnswer, DepartmentCheck, Lapse
from reviews.todos.usual_times import CHECK
from villages.models import below_any

MANY = 20


def entries(user: User) -> list[Todo]:
    return [*_to_answer(user), *_to_open(user), *_to_go_on_without(user)]


def _to_answer(user: User) -> list[Todo]:
    """The open lists that a department of ``user`` has not answered, released or not."""
    if not _departments(user):
        return []
    return [
        Todo(
            title=_("Please answer the joint check of %(unit)s") % {"unit": county},
            url=reverse("review_check", args=[pk]),
            detail=_("One answer for the whole list: nothing found, or which veto item"),
            due=due,
            urgent=due <= timezone.now(),
            action=_("Go and answer"),
            since=opened_at,
            whom=county,
            takes=CHECK,
        )
        for pk, due, opened_at, county in asked(_unanswered, user)
    ]


def _departments(user: User) -> list[tuple[str, str]]:
    return [(code, name) for code in user.reach(ANSWER) for name in departments_of(user, code)]


def _unanswered(user: User) -> QuerySet:
    waiting = Q(pk__in=[])
    for code, name in _departments(user):
        answered = Exists(DepartmentAnswer.objects.filter(of=OuterRef("pk"), department=name))
        named = Q(cycle__scheme__body__departments__has_key=name)
        waiting |= Q(unit=code) & named & ~answered
    waiting &= ~Q(lists_own_unit(user.pk))
    checks = DepartmentCheck.objects.filter(waiting, _unreleased()).order_by("due", "pk")
    return checks.values_list("pk", "due", "opened_at", "unit__name")[:MANY]


def _to_open(user: User) -> list[Todo]:
    ((count,),) = asked(_unchecked, user) if user.reach(OPEN) else [(0,)]
    words = ngettext("%(count)s candidate is to be checked", "%(count)s candidates are to be checked", count)
    return (
        [Todo(title=words % {"count": count}, url=reverse("review_checks"), action=_("Open the check"))]
        if count
        else []
    )


def _to_go_on_without(user: User) -> list[Todo]:
    """Lists whose deadline has passed while a department has not answered."""
    if not user.reach(OPEN):
        return []
    late = [(pk, due) for pk, due, named, heard in asked(_open_still, user) if named > heard]
    return [
        Todo(
            title=_("The deadline of the joint check has passed, and not every department has answered"),
            url=reverse("review_check", args=[pk]),
            urgent=True,
            action=_("See who is missing"),
            since=due,
        )
        for pk, due in late[:MANY]
    ]


def _unchecked(user: User) -> Totals:
    return Totals(on_no_list(user.reach(OPEN)), {"count": Count("pk")})


def _open_still(user: User) -> QuerySet:
    """Lists past their deadline with how many departments are named and heard: each scheme is read only for its own
    count, as it is long."""
    late = DepartmentCheck.objects.filter(
        below_any(user.reach(OPEN), "unit_id"), _unreleased(), due__lte=timezone.now()
    )
    named = Func(F("cycle__scheme__body__departments"), function="jsonb_array_length", output_field=IntegerField())
    rows = late.annotate(named=named, heard=_heard_from()).order_by("due")
    return rows.values_list("pk", "due", "named", "heard")


def _heard_from() -> Coalesce:
    """How many departments have answered or were recorded as late."""
    lapsed = Lapse.objects.filter(of=OuterRef("pk")).exclude(
        department__in=DepartmentAnswer.objects.filter(of=OuterRef("of")).values("department")
    )
    answered = DepartmentAnswer.objects.filter(of=OuterRef("pk"), corrects=None)
    return _count(answered) + _count(lapsed)


def _count(rows: QuerySet) -> Coalesce:
    counted = rows.order_by().values("of").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def _unreleased() -> Exists:
    """Whether the result of a village on the list is unreleased."""
    waiting = Application.State.RESULT_NOT_OUT
    return Exists(Candidate.objects.filter(of=OuterRef("pk"), application__state__in=waiting))
