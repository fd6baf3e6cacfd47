"""allauth's pages that ask for one's password, for accounts that have none: they say so, and where one comes from."""

from allauth.account import views
from allauth.account.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _


@login_required
def change(request: HttpRequest) -> HttpResponse:
    if request.user.has_usable_password():
        return views.password_change(request)
    return _say_none(request)


@login_required
def reauthenticate(request: HttpRequest) -> HttpResponse:
    if get_adapter(request).get_reauthentication_methods(request.user):
        return views.reauthenticate(request)
    return _say_none(request)


def _say_none(request: HttpRequest) -> HttpResponse:
    words = _("This account has no password. The office that gives accounts can print a password slip for it.")
    messages.warning(request, words)
    return redirect("home")
