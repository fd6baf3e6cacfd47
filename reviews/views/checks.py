"""The joint department check: the office's list of lists, and one list with a department's answer on one page."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.authority import needs, reached_or_404
from accounts.fields import DayField, MomentInput
from accounts.models import User
from ratings.models import Application, Cycle
from records.refusals import Incomplete
from reviews.checking import (
    ANSWER,
    OPEN,
    answerers,
    candidates_of,
    checks_for,
    departments,
    departments_of,
    on_no_list,
    standing,
)
from reviews.models import DepartmentAnswer, DepartmentCheck, Finding
from reviews.workflow import checks as workflow
from reviews.workflow.checks import Found
from villages.models import Unit

PER_PAGE = 30
DAYS_TO_ANSWER = 5
SPARE_ROWS = 2


class OpenForm(forms.Form):
    due = forms.DateTimeField(label=gettext_lazy("To be answered until"), widget=MomentInput())


@dataclass
class Row:
    """What is typed for one candidate (or, ``key`` beginning with x, for one chosen from the list)."""

    key: str
    application: Application | None
    village: str = ""
    veto: str = ""
    on: str = ""
    document: str = ""
    error: str = ""

    @property
    def is_blank(self) -> bool:
        return not (self.veto or self.on or self.document.strip())


@dataclass(frozen=True)
class Department:
    """A department on the office's page: its standing answer, or the note on its silence."""

    name: str
    answer: DepartmentAnswer | None
    lapse: Any
    has_people: bool


@needs(OPEN, ANSWER)
def checks(request: HttpRequest) -> HttpResponse:
    """The lists within reach; the office sees besides who is on none yet."""
    kept = checks_for(request.user).annotate(size=Count("candidates")).order_by("-pk")
    return render(
        request,
        "reviews/checks.html",
        {
            "page": Paginator(kept, PER_PAGE).get_page(request.GET.get("page")),
            "waiting": _waiting(request.user),
            "form": OpenForm(initial={"due": _suggested_end()}),
            "now": timezone.now(),
        },
    )


@require_POST
@needs(OPEN)
def open_(request: HttpRequest, cycle: int, unit: str) -> HttpResponse:
    place = reached_or_404(request.user, OPEN, Unit.objects.all(), field="code", code=unit)
    found = get_object_or_404(Cycle.objects.select_related("scheme"), pk=cycle, unit=place)
    form = OpenForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please give the day and time until which it is to be answered."))
        return redirect("review_checks")
    try:
        check = workflow.open_check(found, place, due=form.cleaned_data["due"], by=request.user)
    except Incomplete as refused:
        messages.error(request, str(refused))
        return redirect("review_checks")
    messages.success(request, _("Laid before the departments. Each has been told."))
    return redirect("review_check", check.pk)


@needs(OPEN, ANSWER)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidates with what was found; a department answers here, the office sees who has."""
    found = get_object_or_404(checks_for(request.user), pk=pk)
    own = [name for name in departments_of(request.user, found.unit_id) if name in departments(found)]
    opens = request.user.has_perm(OPEN, found)
    if not own and not opens:
        raise Http404
    candidates, answers = candidates_of(found), standing(found)
    rows, problem = _rows(request, found, candidates), ""
    if request.method == "POST":
        if request.POST.get("department") not in own:
            raise Http404
        try:
            _sign(request, found, rows)
        except Incomplete as refused:
            problem = str(refused)
            _mark(rows, refused.problems)
        else:
            messages.success(request, _("Signed. The county's office has been told."))
            return redirect("review_check", pk)
    shown = answers if opens else {name: answer for name, answer in answers.items() if name in own}
    return render(
        request,
        "reviews/check.html",
        {
            "check": found,
            "candidates": candidates,
            "vetoes": found.cycle.scheme.spec.vetoes,
            "own": [(name, answers.get(name)) for name in own],
            "opens": opens,
            "departments": _departments(found, answers) if opens else [],
            "findings": _findings(found, shown.values()),
            "rows": rows,
            "problem": problem,
            "reason": request.POST.get("reason", ""),
            "late": timezone.now() >= found.due,
        },
    )


@require_POST
@needs(OPEN)
def lapse(request: HttpRequest, pk: int) -> HttpResponse:
    found = reached_or_404(request.user, OPEN, DepartmentCheck.objects.all(), pk=pk)
    try:
        workflow.note_lapse(
            found, request.POST.get("department", ""), by=request.user, note=request.POST.get("note", "")
        )
    except Incomplete as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Noted. The results can be released without this answer."))
    return redirect("review_check", pk)


def _waiting(user: User) -> list[tuple[Cycle, int]]:
    """By cycle, how many candidates are on no list."""
    codes = user.reach(OPEN)
    if not codes:
        return []
    counts = on_no_list(codes).order_by().values_list("cycle").annotate(n=Count("pk"))
    found = dict(counts)
    cycles = Cycle.objects.filter(pk__in=found).select_related("unit").order_by("-year")
    return [(cycle, found[cycle.pk]) for cycle in cycles] if found else []


def _suggested_end() -> Any:
    return (timezone.localtime() + timedelta(days=DAYS_TO_ANSWER)).replace(hour=18, minute=0, second=0, microsecond=0)


def _departments(check: DepartmentCheck, answers: dict[str, DepartmentAnswer]) -> list[Department]:
    people = answerers(check.unit_id)
    lapses = {lapse.department: lapse for lapse in check.lapses.select_related("by")}
    return [
        Department(name, answers.get(name), lapses.get(name), bool(people.get(name))) for name in departments(check)
    ]


def _findings(check: DepartmentCheck, answers: Iterable[DepartmentAnswer]) -> list[tuple[DepartmentAnswer, Finding]]:
    """What stands in ``answers``, each with the name of its veto item."""
    names = {item.code: item.name for item in check.cycle.scheme.spec.vetoes}
    found = [(answer, one) for answer in answers for one in answer.findings.all()]
    for _answer, one in found:
        one.name = names.get(one.veto, "")
    return found


def _rows(request: HttpRequest, check: DepartmentCheck, candidates: list[Application]) -> list[Row]:
    """A row for each candidate and some spare ones, with what was typed."""
    keyed = [(str(one.pk), one) for one in candidates] + [(f"x{n}", None) for n in range(SPARE_ROWS)]
    given = request.POST
    return [
        Row(
            key,
            application,
            village=given.get(f"village.{key}", "") if application is None else str(application.pk),
            veto=given.get(f"veto.{key}", ""),
            on=given.get(f"on.{key}", ""),
            document=given.get(f"document.{key}", ""),
        )
        for key, application in keyed
    ]


def _sign(request: HttpRequest, check: DepartmentCheck, rows: list[Row]) -> None:
    """Sign what the rows say; with ``do=nothing`` that nothing is known, which no filled row may contradict."""
    filled = [row for row in rows if not row.is_blank]
    if request.POST.get("do") == "nothing" and filled:
        raise Incomplete(_("You have named something below. Please empty the rows, or sign with what they say."))
    if request.POST.get("do") != "nothing" and not filled:
        raise Incomplete(_("No row is filled in. If nothing was found, please press “Nothing found for all”."))
    findings = [found for row in filled if (found := _found(row))]
    if any(row.error for row in rows):
        raise Incomplete(_("The answer could not be signed yet."))
    workflow.answer(check, request.POST["department"], findings, by=request.user, reason=request.POST.get("reason", ""))


def _found(row: Row) -> Found | None:
    """What the row says, or None with what is wrong in ``row.error``."""
    if not row.village.isdecimal() or len(row.village) > 18:
        row.error = _("Please choose the village.")
        return None
    try:
        day = DayField(required=True).clean(row.on)
    except forms.ValidationError:
        row.error = _("Please give the day on which it was met.")
        return None
    return Found(int(row.village), row.veto, day, row.document)


def _mark(rows: list[Row], problems: dict[str, str]) -> None:
    for row in rows:
        if not row.is_blank and not row.error:
            row.error = problems.get(row.village, "")
