"""Telephone numbers: one's own, and those of the people that an office appoints."""

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import permission_or_404
from accounts.fields import PhoneField


class PhoneForm(forms.Form):
    phone = PhoneField(
        label=gettext_lazy("Telephone (may be empty)"),
        help_text=gettext_lazy("A mobile number, or one with its area code, such as 0575-85001208."),
    )


@login_required
def own_phone(request: HttpRequest) -> HttpResponse:
    """The reader's number, for all posts that they hold."""
    form = PhoneForm(request.POST or None, initial={"phone": workflow.own_phone(request.user)})
    if form.is_valid():
        workflow.set_own_phone(request.user, form.cleaned_data["phone"])
        messages.success(request, _("The telephone number is kept."))
        return redirect("home")
    return render(request, "accounts/own_phone.html", {"form": form})


@permission_or_404("accounts.appoint")
@require_POST
def appointment_phone(request: HttpRequest, pk: int) -> HttpResponse:
    """The number of one post."""
    one = get_object_or_404(workflow.managed_by(request.user), pk=pk)
    form = PhoneForm(request.POST)
    if form.is_valid():
        workflow.set_phone(one, form.cleaned_data["phone"], by=request.user)
        messages.success(request, _("The telephone number is kept."))
    else:
        messages.error(request, " ".join(form.errors["phone"]))
    return redirect("appointment", pk)
