"""Appointments: who holds what where, for those who may give it."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import needs
from accounts.forms import AppointmentForm, AppointmentSearch, EndForm
from accounts.models import Appointment
from records.refusals import Incomplete, WrongState

PER_PAGE = 50
SHOWN_ONCE = "one_time_password"


@needs("accounts.appoint")
def appointments(request: HttpRequest) -> HttpResponse:
    search = AppointmentSearch(request.GET)
    found = _searched(search, workflow.managed_by(request.user)).select_related("user", "unit")
    page = Paginator(found.order_by("unit_id", "role", "-starts"), PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/appointments.html", {"search": search, "page": page})


def _searched(search: AppointmentSearch, found: QuerySet[Appointment]) -> QuerySet[Appointment]:
    given = search.cleaned_data if search.is_valid() else {}
    if given.get("state") != "all":
        found = found.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()))
    if q := given.get("q"):
        found = found.filter(Q(user__name__contains=q) | Q(user__username__startswith=q) | Q(unit_id__startswith=q))
    return found


@needs("accounts.appoint")
def appointment_new(request: HttpRequest) -> HttpResponse:
    form = AppointmentForm(
        request.POST or None, by=request.user, initial={key: request.GET.get(key) for key in ("role", "unit")}
    )
    if form.is_valid():
        try:
            return redirect("appointment", _appoint(request, form).pk)
        except Incomplete as incomplete:
            for field, problem in incomplete.problems.items():
                form.add_error(field, problem)
        except WrongState as refused:
            form.add_error(None, str(refused))
    return render(request, "accounts/appointment_new.html", {"form": form})


def _appoint(request: HttpRequest, form: AppointmentForm) -> Appointment:
    given = dict(form.cleaned_data)
    username, name, email = (given.pop(key) for key in ("username", "name", "email"))
    if form.existing:
        return workflow.appoint(form.existing, by=request.user, **given)
    appointment, password = workflow.appoint_newcomer(username, name, email=email, by=request.user, **given)
    request.session[SHOWN_ONCE] = [appointment.pk, password]
    return appointment


@needs("accounts.appoint")
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment; right after an account was opened or its password reset, that password, once."""
    one = get_object_or_404(workflow.managed_by(request.user).select_related("user", "unit", "appointed_by"), pk=pk)
    kept = request.session.get(SHOWN_ONCE)
    password = request.session.pop(SHOWN_ONCE)[1] if kept and kept[0] == one.pk else ""
    ended = one.ends is not None and one.ends < timezone.localdate()
    context = {"appointment": one, "password": password, "ended": ended, "end_form": EndForm()}
    response = render(request, "accounts/appointment.html", context)
    if password:
        response["Cache-Control"] = "no-store"
    return response


@needs("accounts.appoint")
@require_POST
def appointment_end(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(workflow.managed_by(request.user), pk=pk)
    form = EndForm(request.POST)
    if form.is_valid():
        try:
            workflow.end(one, by=request.user, on=form.cleaned_data["on"])
            messages.success(request, _("The appointment ends on the day you chose."))
        except Incomplete as incomplete:
            messages.error(request, str(incomplete))
    else:
        messages.error(request, _("Please give the last day."))
    return redirect("appointment", pk)


@needs("accounts.appoint")
@require_POST
def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    one = get_object_or_404(workflow.managed_by(request.user).select_related("user"), pk=pk)
    request.session[SHOWN_ONCE] = [one.pk, workflow.reset_password(one.user, by=request.user)]
    return redirect("appointment", pk)
