"""Appointments: who holds what where, for those who may make them."""

from collections.abc import Sequence

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import exports, workflow
from accounts.authority import permission_or_404
from accounts.forms import AppointmentForm, AppointmentSearch, EndForm, HandoverForm
from accounts.models import Appointment
from accounts.password_slips import Slip, as_pdf, decrypted_slips, encrypted_slips, slips_of
from accounts.views.phones import PhoneForm
from records import previews
from records.confirming import confirming_sent
from records.documents import served
from records.excel_export import as_workbook
from records.previews import AlreadyDone
from records.refusals import Incomplete, Refused, WrongState

PER_PAGE = 50
APPOINT = "appoint"


@permission_or_404("accounts.appoint")
def appointments(request: HttpRequest) -> HttpResponse:
    search = AppointmentSearch(request.GET)
    posts = _searched(search, workflow.managed_by(request.user)).select_related("user", "unit")
    posts = posts.order_by("unit_id", "role", "-starts", "pk")
    if book := as_workbook(request, _("Appointments"), exports.appointments(), posts):
        return book
    page = Paginator(posts, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "accounts/appointments/appointments.html", {"search": search, "page": page})


def _searched(search: AppointmentSearch, posts: QuerySet[Appointment]) -> QuerySet[Appointment]:
    if not search.is_valid():
        return posts.none()
    given = search.cleaned_data
    if given.get("state") != "all":
        posts = posts.filter(Q(ends=None) | Q(ends__gte=timezone.localdate()))
    if q := given.get("q"):
        posts = posts.filter(
            Q(user__name__contains=q) | Q(user__username__startswith=q.strip().lower()) | Q(unit__code__startswith=q)
        )
    return posts


@permission_or_404("accounts.appoint")
def appointment_new(request: HttpRequest) -> HttpResponse:
    form = AppointmentForm(
        request.POST or None, by=request.user, initial={key: request.GET.get(key) for key in ("role", "unit")}
    )
    if form.is_valid():
        try:
            with confirming_sent(request, APPOINT):
                engaged = workflow.appoint_person(form.who, form.roles, by=request.user, **form.post)
        except AlreadyDone:
            return show_done_before(request, form.who.name)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return show_engaged(request, [engaged])
    context = {"form": form, "key": previews.keep(request.user, APPOINT, {})}
    return render(request, "accounts/appointments/new.html", context)


def show_done_before(request: HttpRequest, name: str) -> HttpResponse:
    """The answer to a second click: the first one has appointed, and only its page showed the one-time password."""
    messages.success(
        request,
        _("%(name)s has been appointed. If you did not see the one-time password, make a new one on this page.")
        % {"name": name},
    )
    return redirect(reverse("appointments", query={"q": name}))


def show_refusal(form: forms.Form, refused: Refused) -> None:
    """Show a refusal beside the field that it concerns."""
    if isinstance(refused, Incomplete):
        for field, problem in refused.problems.items():
            form.add_error(field if field in form.fields else None, problem)
    elif isinstance(refused, WrongState):
        form.add_error(None, str(refused))
    else:
        raise refused


def show_engaged(request: HttpRequest, engaged: Sequence[workflow.Engaged]) -> HttpResponse:
    """Show newly appointed people: the slips of new accounts, otherwise the appointment."""
    if slips := slips_of(engaged):
        return show_slips(request, slips)
    messages.success(request, _("Appointed. The person has been told."))
    return redirect("appointment", engaged[0].appointments[0].pk)


def show_slips(request: HttpRequest, slips: Sequence[Slip]) -> HttpResponse:
    """The answer to the step that created one-time passwords: shown now or never."""
    context = {"slips": slips, "sealed": encrypted_slips(slips, request.user)}
    return render(request, "accounts/appointments/slips.html", context)


@permission_or_404("accounts.appoint")
@require_POST
def slips_pdf(request: HttpRequest) -> HttpResponse:
    """The slips of this page as PDF, once."""
    slips = decrypted_slips(request.POST.get("sealed", ""), request.user)
    if not slips:
        messages.error(request, _("These slips were printed already. You can make a new password for a person."))
        return redirect("appointments")
    return served(as_pdf(slips, by=request.user), _("Slips"), download=True)


@permission_or_404("accounts.appoint")
def appointment(request: HttpRequest, pk: int) -> HttpResponse:
    """One appointment, with what may be done with it."""
    one = _managed(request, pk)
    ended = one.ends is not None and one.ends < timezone.localdate()
    has_deputies = not ended and workflow.may_deputise(request.user).filter(pk=pk).exists()
    context = {"appointment": one, "ended": ended, "end_form": EndForm(), "has_deputies": has_deputies}
    context["phone_form"] = PhoneForm(initial={"phone": one.phone})
    return render(request, "accounts/appointments/appointment.html", context)


def _managed(request: HttpRequest, pk: int) -> Appointment:
    posts = workflow.managed_by(request.user).select_related("user", "unit", "appointed_by", "deputy_for__user")
    return get_object_or_404(posts, pk=pk)


@permission_or_404("accounts.appoint")
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


@permission_or_404("accounts.appoint")
def appointment_hand_over(request: HttpRequest, pk: int) -> HttpResponse:
    """End the predecessor's posts on the unit on a day, and give them to the successor from the next."""
    one = _managed(request, pk)
    in_force = Q(ends=None) | Q(ends__gte=timezone.localdate())
    mine = workflow.managed_by(request.user).filter(in_force, user=one.user_id, unit=one.unit_id, deputy_for=None)
    form = HandoverForm(request.POST or None, posts=mine.order_by("pk"))
    if form.is_valid():
        given = form.cleaned_data
        try:
            with confirming_sent(request, f"hand_over:{pk}"):
                engaged = workflow.hand_over(
                    list(given["posts"]), form.who, by=request.user, on=given["on"], phone=given["phone"]
                )
        except AlreadyDone:
            return show_done_before(request, form.who.name)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            return show_engaged(request, [engaged])
    key = previews.keep(request.user, f"hand_over:{pk}", {})
    return render(request, "accounts/appointments/hand_over.html", {"appointment": one, "form": form, "key": key})


@permission_or_404("accounts.appoint")
@require_POST
def password_reset(request: HttpRequest, pk: int) -> HttpResponse:
    one = _managed(request, pk)
    password = workflow.reset_password(one.user, by=request.user)
    return show_slips(request, slips_of([workflow.Engaged(one.user, [one], password)]))
