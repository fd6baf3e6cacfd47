"""Locks, for the security administrator: who is shut out by wrong passwords, who by hand."""

from axes.models import AccessAttempt
from axes.utils import reset
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import needs
from accounts.forms import LockForm
from accounts.locks import locked_out

ATTEMPTS_SHOWN = 50


@needs("accounts.unlock")
def locks(request: HttpRequest) -> HttpResponse:
    """Failed attempts, newest first, and the accounts locked by hand; the form locks one."""
    people = workflow.reachable(request.user)
    form = LockForm(request.POST or None)
    if form.is_valid():
        person = people.filter(username=form.cleaned_data["username"]).first()
        if person is None or person == request.user:
            form.add_error("username", _("There is no such account that you may lock."))
        else:
            workflow.lock(person, by=request.user, reason=form.cleaned_data["reason"])
            messages.success(request, _("The account is locked."))
            return redirect("locks")
    context = {
        "form": form,
        "shut_out": locked_out(people),
        "attempts": AccessAttempt.objects.filter(username__in=people.values("username")).order_by("-attempt_time")[
            :ATTEMPTS_SHOWN
        ],
        "locked": people.filter(is_active=False).order_by("username"),
    }
    return render(request, "accounts/locks.html", context)


@needs("accounts.unlock")
@require_POST
def lock_lift(request: HttpRequest, username: str) -> HttpResponse:
    """Forget the wrong passwords of an account, or unlock one that was locked by hand."""
    person = get_object_or_404(workflow.reachable(request.user), username=username)
    reset(username=person.username)
    if not person.is_active:
        workflow.unlock(person, by=request.user)
    messages.success(request, _("The account is unlocked."))
    return redirect("locks")
