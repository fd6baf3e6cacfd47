"""Who has not yet done what, reminding them, and the day of an office's people."""

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_safe

from accounts.authority import permission_or_404
from accounts.models import User
from accounts.prepared import asked, asked_or_404
from accounts.together import together
from records import previews
from records.confirming import carry_out
from records.excel_export import as_workbook
from records.openable import openable
from reminders import exports, workflow
from reminders.due import Due
from reminders.forms import RemindForm
from reminders.matrix import matrix_of
from reminders.models import Reminder, ReminderLine, ReminderRule
from reminders.people import days_of_people
from reminders.shown import shown
from reminders.visible import visible_lines
from reminders.workflow.by_hand import SEND, letter, names_of
from reminders.workflow.rules import SETTING_LEVELS
from villages.models import TOWNSHIP_LENGTH, Unit, below, prefixes

VIEW = "reminders.view_due"
SENT_SHOWN, LINES_SHOWN = 50, 5


@permission_or_404(VIEW)
def due(request: HttpRequest) -> HttpResponse:
    """Units × steps: whose turn it is and until when; and what was sent."""
    code = _code_or_404(request, VIEW)
    with together(request.user, "due", code):
        return _matrix(request, asked_or_404(_unit, request.user, code))


def _matrix(request: HttpRequest, unit: Unit) -> HttpResponse:
    only = request.GET.get("only", "all")
    matrix = matrix_of(request.user, unit)
    if book := as_workbook(request, _("Who has not yet"), exports.matrix(matrix), matrix.narrowed(only)):
        return book
    links = openable(request.user, [link for row in matrix.narrowed(only) for link in row.links])
    context = {
        "matrix": matrix,
        "may_set": unit.level in SETTING_LEVELS and request.user.has_perm(ReminderRule.SET, unit),
        "rows": shown(matrix, only, links),
        "only": only,
        "now": timezone.now(),
        "may_remind": request.user.has_perm(SEND, unit),
        "above": _above(request, unit),
        "sent": _sent(request, unit),
    }
    return render(request, "reminders/due.html", context)


@permission_or_404(SEND)
def remind(request: HttpRequest) -> HttpResponse:
    """Who would be told what; then it is sent, once."""
    unit = asked_or_404(_unit, request.user, _code_or_404(request, SEND))
    codes = sorted({code for code in request.GET.getlist("pick") if code.startswith(unit.code)})
    back = f"{reverse('due')}?unit={unit.code}"
    if not codes:
        messages.warning(request, _("Choose at least one row."))
        return redirect(back)
    step = f"remind:{unit.code}"
    form, status = RemindForm(request.POST or None), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.remind(unit, codes, by=request.user, expected=shown, **form.cleaned_data),
            done=lambda: Reminder.objects.filter(sent_by=request.user, unit=unit).first(),
        )
        if tried.made:
            n = tried.made.lines.values("user").distinct().count()
            messages.success(request, ngettext("%s person was reminded.", "%s people were reminded.", n) % n)
            return redirect(back)
        status = tried.status
    people = workflow.addressed(codes, request.user)
    names = names_of(people)
    context = {
        "unit": unit,
        "form": form,
        "people": [{"user": one.user, "dues": _lines(one.dues, names), **letter(one, names)} for one in people],
        "key": previews.keep(request.user, step, workflow.standing_of(people)),
    }
    return render(request, "reminders/remind.html", context, status=status)


@permission_or_404(VIEW)
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """What waits for whom of those who hold a post on a unit."""
    code = _code_or_404(request, VIEW)
    with together(request.user, "due_people", code):
        return _people(request, asked_or_404(_unit, request.user, code))


def _people(request: HttpRequest, unit: Unit) -> HttpResponse:
    days = days_of_people(request.user, unit)
    if book := as_workbook(request, _("The day of our people"), exports.people(), exports.people_lines(days)):
        return book
    context = {
        "unit": unit,
        "days": days,
        "links": openable(request.user, [line.due.link for day in days for line in day.lines[:LINES_SHOWN]]),
        "shown": f":{LINES_SHOWN}",
        "shown_count": LINES_SHOWN,
    }
    return render(request, "reminders/people.html", context)


def _lines(dues: tuple[Due, ...], names: dict[str, str]) -> list[dict[str, Any]]:
    return [{"unit": names.get(one.unit, one.unit), "step": one.step.label, "due": one.due} for one in dues]


def _code_or_404(request: HttpRequest, permission: str) -> str:
    """The code of the unit asked for, within reach; without one, of the highest that the person reaches."""
    places = sorted(request.user.reach(permission), key=lambda code: (len(code), code))
    code = request.GET.get("unit") or next(iter(places), "")
    if not any(map(code.startswith, places)) or len(code) > TOWNSHIP_LENGTH:
        raise Http404
    return code


def _unit(_user: User, code: str) -> QuerySet[Unit]:
    return Unit.objects.filter(code=code)


def _above(request: HttpRequest, unit: Unit) -> list[Unit]:
    """The way down to the unit from the highest that the person reaches."""
    reach = request.user.reach(VIEW)
    codes = [code for code in prefixes(unit.code)[:-1] if any(code.startswith(place) for place in reach)]
    return list(Unit.objects.filter(code__in=codes).order_by("code"))


def _sent(request: HttpRequest, unit: Unit) -> list[ReminderLine]:
    """The latest reminders there: when, to whom, of what, by whom, and how they went out."""
    return visible_lines(request.user, asked(_latest, request.user, unit.code))[:SENT_SHOWN]


def _latest(_user: User, code: str) -> QuerySet[ReminderLine]:
    lines = ReminderLine.objects.filter(below(code, "unit_id"))
    lines = lines.select_related("user", "unit", "reminder__sent_by", "notice")
    return lines.prefetch_related("notice__deliveries")[: 2 * SENT_SHOWN]
