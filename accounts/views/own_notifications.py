"""What a person is told by e-mail and short message, and the mobile number for the latter. The bell has everything."""

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts import workflow as accounts_workflow
from accounts.phones import MOBILE, phone_of, spelt
from notifications import workflow
from notifications.kinds import KINDS, Group
from notifications.models import Preferences
from notifications.sms import mobiles
from records.refusals import Refused

AT_ONCE, DAILY, NEVER = "at_once", "daily", "never"


class PreferencesForm(forms.Form):
    """One choice a group; short messages only where a number is verified and a kind of the group may leave."""

    def __init__(self, typed: Any, *, chosen: Preferences) -> None:
        super().__init__(typed)
        ways = [
            (AT_ONCE, _("By e-mail at once")),
            (DAILY, _("By e-mail once a day, all together")),
            (NEVER, _("In the bell only")),
        ]
        for group in Group:
            now = DAILY if group in chosen.daily else NEVER if group in chosen.no_email else AT_ONCE
            self.fields[f"email_{group}"] = forms.ChoiceField(label=group.label, choices=ways, initial=now)
        if settings.SMS_GATEWAY and chosen.mobile:
            leaving = {kind.group for kind in KINDS.values() if kind.outside is not None}
            self.fields["sms"] = forms.MultipleChoiceField(
                label=_("By short message, too"),
                choices=[(group.value, group.label) for group in Group if group in leaving],
                widget=forms.CheckboxSelectMultiple,
                required=False,
                initial=chosen.sms,
            )

    def chosen_as(self, way: str) -> list[str]:
        return [group.value for group in Group if self.cleaned_data[f"email_{group}"] == way]


class MobileForm(forms.Form):
    mobile = forms.CharField(
        label=gettext_lazy("Mobile number"),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_mobile(self) -> str:
        number = phone_of(self.cleaned_data["mobile"])
        if not MOBILE.fullmatch(number):
            raise forms.ValidationError(_("Short messages need a mobile number of eleven digits."))
        return number


class CodeForm(forms.Form):
    code = forms.RegexField(
        r"^\d{6}$",
        label=gettext_lazy("Code from the short message"),
        error_messages={"invalid": gettext_lazy("Six digits are expected.")},
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )


@login_required
def own_notifications(request: HttpRequest) -> HttpResponse:
    chosen = _chosen(request)
    form = PreferencesForm(request.POST or None, chosen=chosen)
    if form.is_valid():
        sms = form.cleaned_data.get("sms", chosen.sms)
        workflow.set_preferences(request.user, no_email=form.chosen_as(NEVER), daily=form.chosen_as(DAILY), sms=sms)
        messages.success(request, _("Your choice is kept."))
        return redirect("own_notifications")
    return _page(request, form=form)


@login_required
@require_POST
def mobile_code_send(request: HttpRequest) -> HttpResponse:
    form = MobileForm(request.POST)
    if form.is_valid():
        try:
            mobiles.send_code(request.user, form.cleaned_data["mobile"])
        except Refused as refused:
            form.add_error("mobile", str(refused))
        else:
            messages.success(request, _("A code is on its way. Enter it here within 10 minutes."))
            return redirect("own_notifications")
    return _page(request, mobile_form=form)


@login_required
@require_POST
def mobile_confirm(request: HttpRequest) -> HttpResponse:
    form = CodeForm(request.POST)
    if form.is_valid():
        if mobiles.confirm(request.user, form.cleaned_data["code"]):
            messages.success(request, _("The number is verified. Choose below what comes by short message."))
            return redirect("own_notifications")
        form.add_error("code", _("This code is wrong or has expired."))
    return _page(request, code_form=form)


@login_required
@require_POST
def mobile_forget(request: HttpRequest) -> HttpResponse:
    mobiles.forget_mobile(request.user)
    messages.success(request, _("The number is removed; no short messages are sent."))
    return redirect("own_notifications")


def _chosen(request: HttpRequest) -> Preferences:
    return Preferences.objects.filter(user=request.user).first() or Preferences(user=request.user)


def _page(request: HttpRequest, **forms_: forms.Form) -> HttpResponse:
    chosen = _chosen(request)
    context: dict[str, Any] = {"form": PreferencesForm(None, chosen=chosen), "mobile": spelt(chosen.mobile)}
    if settings.SMS_GATEWAY:
        own = accounts_workflow.own_phone(request.user)
        waiting = mobiles.awaiting(request.user)
        context["mobile_form"] = MobileForm(initial={"mobile": own if MOBILE.fullmatch(own) else ""})
        context["sent_to"] = spelt(waiting.mobile) if waiting else ""
        context["code_form"] = CodeForm()
    return render(request, "accounts/own_notifications.html", context | forms_)
