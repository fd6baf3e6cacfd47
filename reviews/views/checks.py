"""The joint department check: the office's overview of lists, and one list with a department's answer on one page."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime, time
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

from accounts.authority import permission_or_404, reached_or_404
from accounts.departments import speakers
from accounts.fields import DayField, MomentInput
from accounts.models import User
from followups import time_limits
from ratings.models import Application, Cycle
from records import previews
from records.confirming import not_taken
from records.deadlines import last_day
from records.numbers import count_of, keys
from records.refusals import Incomplete, Outdated, WrongState, refuse_unknown_fields
from reviews.department_checks.assignments import (
    ANSWER,
    CHECK,
    OPEN,
    candidates_of,
    checks_for,
    departments,
    on_no_list,
    speaks_for,
    standing,
)
from reviews.models import Candidate, DepartmentAnswer, DepartmentCheck, Finding
from reviews.workflow import checks as workflow
from reviews.workflow.checks import CheckFinding
from villages.forms.township_filter import TownshipFilterForm
from villages.models import Unit, below_any

PER_PAGE = 30
SPARE_ROWS = 2


class OpenForm(forms.Form):
    due = forms.DateTimeField(label=gettext_lazy("To be answered until"), widget=MomentInput())


@dataclass
class CheckRow:
    """The input for one candidate (or, with a ``key`` beginning with x, for one chosen from the list)."""

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
class CheckDepartment:
    """A department on the office's page: its current answer, or the note on its silence."""

    name: str
    answer: DepartmentAnswer | None
    lapse: Any
    has_people: bool


@permission_or_404(OPEN, ANSWER)
def checks(request: HttpRequest) -> HttpResponse:
    """The lists within reach; the office also sees who is on none yet."""
    return _lists(request)


def _lists(request: HttpRequest, typed: OpenForm | None = None, status: int = 200) -> HttpResponse:
    checks = checks_for(request.user).annotate(size=Count("candidates")).order_by("-pk")
    codes = sorted({code for right in (OPEN, ANSWER) for code in request.user.reach(right)})
    narrow = TownshipFilterForm(request.GET, codes=codes)
    if narrow.asks:
        named = narrow.narrow(Application.objects.filter(below_any(codes, "unit_id")))
        checks = checks.filter(pk__in=Candidate.objects.filter(application__in=named).values("of"))
    return render(
        request,
        "reviews/department_checks/checks.html",
        {
            "page": Paginator(checks, PER_PAGE).get_page(request.GET.get("page")),
            "filter": narrow,
            "waiting": _waiting(request.user),
            "form": typed or OpenForm(initial={"due": _suggested_end(codes)}),
            "now": timezone.now(),
        },
        status=status,
    )


@require_POST
@permission_or_404(OPEN)
def open_(request: HttpRequest, cycle: int, unit: str) -> HttpResponse:
    place = reached_or_404(request.user, OPEN, Unit.objects.all(), field="code", code=unit)
    opened_cycle = get_object_or_404(Cycle.objects.select_related("scheme"), pk=cycle, unit=place)
    form = OpenForm(request.POST)
    try:
        refuse_unknown_fields(request.POST, ["due", "candidate"])
        if not form.is_valid():
            raise Incomplete(_("Please give the day and time until which it is to be answered."))
        shown = keys(request.POST.getlist("candidate"))
        check = workflow.open_check(opened_cycle, place, due=form.cleaned_data["due"], expected=shown, by=request.user)
    except Outdated as late:
        messages.warning(request, str(late))
        return _lists(request, form, 409)
    except Incomplete as refused:
        messages.error(request, str(refused))
        return _lists(request, form, 400)
    messages.success(request, _("Sent to the departments. Each has been notified."))
    return redirect("review_check", check.pk)


@permission_or_404(OPEN, ANSWER)
def check(request: HttpRequest, pk: int) -> HttpResponse:
    """The candidates with the findings; a department answers here, the office sees who has."""
    check = get_object_or_404(checks_for(request.user), pk=pk)
    own = speaks_for(request.user, check)
    opens = request.user.has_perm(OPEN, check)
    if not own and not opens:
        raise Http404
    if "confirmed" in request.POST and (signed := _confirm(request, check)):
        return signed
    candidates, answers = candidates_of(check), standing(check)
    rows, problem = _rows(request, check, candidates), ""
    if request.method == "POST" and "confirmed" not in request.POST:
        if request.POST.get("department") not in own:
            raise Http404
        try:
            findings = _read(request, rows)
            workflow.try_answer(check, request.POST["department"], findings, by=request.user, reason=_reason(request))
        except Incomplete as refused:
            problem = str(refused)
            _mark(rows, refused.problems)
        else:
            if "change" not in request.POST:
                return _list_once_more(request, check, candidates, answers, findings)
    shown = answers if opens else {name: answer for name, answer in answers.items() if name in own}
    return render(
        request,
        "reviews/department_checks/check.html",
        status=409 if "confirmed" in request.POST else 200,
        context={
            "check": check,
            "candidates": candidates,
            "vetoes": check.cycle.scheme.spec.vetoes,
            "own": [(name, answers.get(name)) for name in own],
            "opens": opens,
            "departments": _departments(check, answers) if opens else [],
            "findings": _findings(check, shown.values()),
            "rows": rows,
            "problem": problem,
            "reason": _reason(request),
            "late": timezone.now() >= check.due,
        },
    )


@require_POST
@permission_or_404(OPEN)
def lapse(request: HttpRequest, pk: int) -> HttpResponse:
    check = reached_or_404(request.user, OPEN, DepartmentCheck.objects.all(), pk=pk)
    department, note = request.POST.get("department", ""), request.POST.get("note", "")
    problem = ""
    try:
        workflow.note_lapse(check, department, by=request.user, note=note)
    except Incomplete as refused:
        problem = str(refused)
    except WrongState:  # unless it is a second click on exactly this note
        if not check.lapses.filter(department=department, by=request.user, note=note.strip()).exists():
            raise
    if problem:
        not_taken(request, problem, 400)
    else:
        messages.success(request, _("Noted. The results can be released without this answer."))
    return redirect("review_check", pk)


def _waiting(user: User) -> list[tuple[Cycle, list[Application]]]:
    """By cycle, the candidates that are on no list."""
    codes = user.reach(OPEN)
    if not codes:
        return []
    by_cycle: dict[int, list[Application]] = {}
    for one in on_no_list(codes).select_related("unit").order_by("unit"):
        by_cycle.setdefault(one.cycle_id, []).append(one)
    cycles = Cycle.objects.filter(pk__in=by_cycle).select_related("unit", "scheme").order_by("-year")
    return [(cycle, by_cycle[cycle.pk]) for cycle in cycles] if by_cycle else []


def _suggested_end(codes: Iterable[str]) -> datetime:
    """At the end of office hours on the last day that the first of the places gives."""
    last = last_day(time_limits.due(CHECK, min(codes, default="")))
    return timezone.make_aware(datetime.combine(last, time(18)))


def _departments(check: DepartmentCheck, answers: dict[str, DepartmentAnswer]) -> list[CheckDepartment]:
    people = speakers(check.unit_id)
    lapses = {lapse.department: lapse for lapse in check.lapses.select_related("by")}
    return [
        CheckDepartment(name, answers.get(name), lapses.get(name), bool(people.get(name)))
        for name in departments(check)
    ]


def _findings(check: DepartmentCheck, answers: Iterable[DepartmentAnswer]) -> list[tuple[DepartmentAnswer, Finding]]:
    """The findings of ``answers``, each with the name of its veto item."""
    names = {item.code: item.name for item in check.cycle.scheme.spec.vetoes}
    findings = [(answer, one) for answer in answers for one in answer.findings.all()]
    for _answer, one in findings:
        one.name = names.get(one.veto, "")
    return findings


def _rows(request: HttpRequest, check: DepartmentCheck, candidates: list[Application]) -> list[CheckRow]:
    """A row for each candidate and some spare ones, with the input."""
    keyed = [(str(one.pk), one) for one in candidates] + [(f"x{n}", None) for n in range(SPARE_ROWS)]
    given = request.POST
    return [
        CheckRow(
            key,
            application,
            village=given.get(f"village.{key}", "") if application is None else str(application.pk),
            veto=given.get(f"veto.{key}", ""),
            on=given.get(f"on.{key}", ""),
            document=given.get(f"document.{key}", ""),
        )
        for key, application in keyed
    ]


def _reason(request: HttpRequest) -> str:
    return request.POST.get("reason", "")


def _read(request: HttpRequest, rows: list[CheckRow]) -> list[CheckFinding]:
    """What the rows say; with ``do=nothing``, that nothing is known, which no filled row may contradict."""
    names = [f"{field}.{row.key}" for row in rows for field in ("village", "veto", "on", "document")]
    refuse_unknown_fields(request.POST, ["department", "reason", "do", "change", *names])
    filled = [row for row in rows if not row.is_blank]
    if request.POST.get("do") == "nothing" and filled:
        raise Incomplete(_("You have named something below. Please empty the rows, or sign with what they say."))
    if request.POST.get("do") != "nothing" and not filled:
        raise Incomplete(_("No row is filled in. If nothing was found, please press “Nothing found for all”."))
    findings = [finding for row in filled if (finding := _found(row))]
    if any(row.error for row in rows):
        raise Incomplete(_("The answer could not be signed yet."))
    return findings


def _list_once_more(
    request: HttpRequest,
    check: DepartmentCheck,
    candidates: list[Application],
    answers: dict[str, DepartmentAnswer],
    findings: list[CheckFinding],
) -> HttpResponse:
    """The preview that names every village signed for; its key stands for exactly that."""
    department = request.POST["department"]
    shown = {
        "department": department,
        "reason": _reason(request),
        "findings": [asdict(one) for one in findings],
        "standing": workflow.standing_of(candidates, answers.get(department)),
    }
    names = {item.code: f"{item.code} {item.name}" for item in check.cycle.scheme.spec.vetoes}
    by_candidate = {one.pk: [(names[of.veto], of) for of in findings if of.application == one.pk] for one in candidates}
    context = {
        "check": check,
        "department": department,
        "reason": _reason(request),
        "villages": [(one, by_candidate[one.pk]) for one in candidates],
        "clear": sum(not of for of in by_candidate.values()),
        "typed": [(k, v) for k, v in request.POST.items() if k != "csrfmiddlewaretoken" and v],
        "key": previews.keep(request.user, f"answer:check:{check.pk}", shown),
    }
    return render(request, "reviews/department_checks/confirm.html", context)


def _confirm(request: HttpRequest, check: DepartmentCheck) -> HttpResponse | None:
    """Sign what was listed under the key; None, with a warning, when it is stale."""
    try:
        refuse_unknown_fields(request.POST, ["key", "confirmed"])
        with previews.confirming(request.user, f"answer:check:{check.pk}", request.POST.get("key", "")) as shown:
            findings = [CheckFinding(**of | {"on": date.fromisoformat(of["on"])}) for of in shown["findings"]]
            workflow.answer(
                check,
                shown["department"],
                findings,
                by=request.user,
                reason=shown["reason"],
                expected=shown["standing"],
            )
    except previews.AlreadyDone:
        pass
    except (Incomplete, WrongState) as refused:
        messages.warning(request, str(refused))
        return None
    messages.success(request, _("Signed. The county's office has been told."))
    return redirect("review_check", check.pk)


def _found(row: CheckRow) -> CheckFinding | None:
    """The finding of the row, or None with the error in ``row.error``."""
    if count_of(row.village) is None:
        row.error = _("Please choose the unit.")
        return None
    try:
        day = DayField(required=True).clean(row.on)
    except forms.ValidationError:
        row.error = _("Please give the day on which it was met.")
        return None
    return CheckFinding(int(row.village), row.veto, day, row.document)


def _mark(rows: list[CheckRow], problems: dict[str, str]) -> None:
    for row in rows:
        if not row.is_blank and not row.error:
            row.error = problems.get(row.village, "")
