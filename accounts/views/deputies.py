"""Deputies: named by the holder of a post, or by those who give it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.forms import DeputyForm, EndForm
from accounts.models import Appointment
from accounts.views.appointments import show_refusal
from accounts.workflow.deputies import colleagues
from records.refusals import Incomplete, Refused


def _post(request: HttpRequest, pk: int) -> Appointment:
    return get_object_or_404(workflow.may_deputise(request.user).select_related("unit", "user"), pk=pk)


@login_required
def deputies(request: HttpRequest, pk: int) -> HttpResponse:
    """The deputies for one post, and a form to name one."""
    post = _post(request, pk)
    form = DeputyForm(request.POST or None, colleagues=colleagues(post).exclude(pk=request.user.pk))
    if form.is_valid():
        try:
            workflow.deputise(post, by=request.user, **form.cleaned_data)
        except Refused as refused:
            show_refusal(form, refused)
        else:
            messages.success(request, _("The deputy is named and has been told. The right ends by itself."))
            return redirect("deputies", pk)
    named = post.deputies.select_related("user").order_by("-starts", "-pk")
    context = {"post": post, "form": form, "named": named, "today": timezone.localdate(), "end_form": EndForm()}
    return render(request, "accounts/appointments/deputies.html", context)


@login_required
@require_POST
def deputy_end(request: HttpRequest, pk: int, deputy: int) -> HttpResponse:
    """End a deputy's appointment early, today."""
    post = _post(request, pk)
    one = get_object_or_404(post.deputies.all(), pk=deputy)
    try:
        workflow.end(one, by=request.user, on=max(timezone.localdate(), one.starts))
        messages.success(request, _("The deputy's right ends with today."))
    except Incomplete as incomplete:
        messages.error(request, str(incomplete))
    return redirect("deputies", pk)
