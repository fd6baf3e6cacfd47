"""The first sign-in on one page: the password slip, a new password, a telephone number.

Somebody who has already signed in with a one-time password on the sign-in page is redirected here with the first part
done.
"""

from typing import Any

from allauth.account.internal.flows.password_change import finalize_password_change
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.decorators import rate_limit
from django import forms
from django.contrib.auth.password_validation import validate_password
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.fields import PhoneField
from accounts.models import User
from accounts.passwords import checks
from config.guarded_forms import AS_TYPED, SignInForm


class SlipForm(SignInForm):
    """What the password slip says. Not masked: it is on paper, and works once."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        password = self.fields["password"]
        password.label = _("One-time password")
        password.help_text = _("With or without the gaps, as you like. It works this once.")
        password.widget = forms.TextInput(attrs={"autocomplete": "one-time-code", **AS_TYPED})

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean()
        if self.user and not self.user.must_change_password:
            self.user = None
            words = _("This account has a password of its own already: please sign in with it on the sign-in page.")
            self.add_error(None, words)
        return cleaned


class OwnForm(forms.Form):
    """A new password, not masked while it is chosen, and a telephone number."""

    new = forms.CharField(
        label=_("New password"),
        strip=False,
        max_length=128,
        widget=forms.TextInput(attrs={"autocomplete": "new-password", "data-secret": "", **AS_TYPED}),
    )
    phone = PhoneField(
        label=_("Telephone (may be empty)"),
        help_text=_("Your office sees it, and calls when something is urgent."),
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.fields["new"].widget.attrs["aria-describedby"] = "rules"

    def clean_new(self) -> str:
        password = self.cleaned_data["new"]
        validate_password(password, self.user)
        return password


@never_cache
@sensitive_post_parameters("password", "new")
@rate_limit(action="login")
def first_sign_in(request: HttpRequest) -> HttpResponse:
    """Handle all three parts at once; what was valid is never asked again."""
    slip = None
    if not request.user.is_authenticated:
        slip = SlipForm(request.POST or None, request=request)
        if request.method == "POST" and slip.is_valid():
            led = _signed_in(request, slip)
            if not request.user.is_authenticated:
                return led
            slip = None
    elif not request.user.must_change_password:
        return redirect(_next(request))
    user = request.user if slip is None else User(username=request.POST.get("login", ""))
    own = OwnForm(request.POST or None, user=user, initial={"phone": workflow.own_phone(user)})
    if own.is_valid() and slip is None:
        workflow.choose_password(user, own.cleaned_data["new"], phone=own.cleaned_data["phone"])
        finalize_password_change(request, user)
        return redirect(_next(request))
    return render(request, "accounts/first_sign_in.html", _context(request, slip, own))


def _signed_in(request: HttpRequest, slip: SlipForm) -> HttpResponse:
    """Sign in, or redirect to the second factor; the page for a new password comes after that."""
    back = f"{reverse('first_sign_in')}?{request.GET.urlencode()}"
    try:
        return slip.login(request, redirect_url=back)
    except ImmediateHttpResponse as led:
        return led.response


def _next(request: HttpRequest) -> str:
    page = request.GET.get("next", "")
    return page if url_has_allowed_host_and_scheme(page, request.get_host()) else reverse("home")


def _context(request: HttpRequest, slip: SlipForm | None, own: OwnForm) -> dict[str, Any]:
    typed = own.data.get("new", "")
    return {"slip": slip, "own": own, "typed": typed, "checks": checks(typed, own.user)}


@never_cache
@require_POST
@sensitive_post_parameters("password", "new")
def password_rules(request: HttpRequest) -> HttpResponse:
    """Whether the typed password meets each rule: requested by a script while somebody types."""
    typed = request.POST.get("new", "")
    user = request.user if request.user.is_authenticated else User(username=request.POST.get("login", ""))
    return render(request, "accounts/password_rules.html", {"typed": typed, "checks": checks(typed, user)})
