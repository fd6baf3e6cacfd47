"""For the security administrator: locked accounts, lost second factors, posts to withdraw."""

from axes.models import AccessAttempt
from axes.utils import reset
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import permission_or_404
from accounts.forms import LockForm
from accounts.locks import locked_out, locked_out_by_codes
from accounts.models import User
from records.refusals import Refused, WrongState

ATTEMPTS_SHOWN = 50


@permission_or_404("accounts.unlock")
def locks(request: HttpRequest) -> HttpResponse:
    """Failed attempts, newest first, the accounts locked by hand, the posts that may be withdrawn."""
    people = workflow.reachable(request.user)
    form = LockForm(request.POST or None)
    if form.is_valid():
        try:
            messages.success(request, _taken(request, form, people))
            return redirect("locks")
        except Refused as refused:
            form.add_error(None, str(refused))
    context = {
        "form": form,
        "shut_out": locked_out(people),
        "by_codes": locked_out_by_codes(people),
        "attempts": AccessAttempt.objects.filter(username__in=people.values("username")).order_by("-attempt_time")[
            :ATTEMPTS_SHOWN
        ],
        "locked": people.filter(is_active=False).order_by("username"),
        "offices": workflow.guarded_posts(request.user).select_related("user", "unit").order_by("unit_id", "role"),
    }
    return render(request, "accounts/locks.html", context)


def _taken(request: HttpRequest, form: LockForm, people: QuerySet[User]) -> str:
    """Lock the account that the form names, reset its second factor, or erase its holder's contact data; return what
    was done, in words."""
    given = form.cleaned_data
    person = people.filter(username=given["username"]).exclude(pk=request.user.pk).first()
    if person is None:
        raise WrongState(_("There is no such account that you may lock."))
    if given["step"] == LockForm.LOST_FACTOR:
        workflow.forget_second_factor(person, by=request.user, reason=given["reason"])
        return _("The second factor is forgotten; a new one is set up at the next sign-in.")
    if given["step"] == LockForm.ERASE:
        workflow.erase_contact(person, by=request.user, reason=given["reason"])
        return _("Telephone numbers and e-mail are erased.")
    workflow.lock(person, by=request.user, reason=given["reason"])
    return _("The account is locked.")


@permission_or_404("accounts.unlock")
@require_POST
def lock_lift(request: HttpRequest, username: str) -> HttpResponse:
    """Clear the wrong passwords and codes of an account, or unlock one that was locked by hand."""
    person = get_object_or_404(workflow.reachable(request.user), username=username)
    reset(username=person.username)
    workflow.forget_wrong_codes(person)
    if not person.is_active:
        workflow.unlock(person, by=request.user)
    messages.success(request, _("The account is unlocked."))
    return redirect("locks")


@permission_or_404("accounts.unlock")
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """End the post of an administrator or an office head today."""
    post = get_object_or_404(workflow.guarded_posts(request.user), pk=pk)
    workflow.withdraw(post, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("The office ends with today."))
    return redirect("locks")
