"""Tokens for programs: one's own, and those that a security administrator guards."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import permission_or_404
from accounts.forms import TokenForm
from accounts.identities import password_given
from accounts.models import ApiToken
from accounts.views.appointments import show_refusal
from records.confirming import answer_gone
from records.refusals import Refused

ROWS = 50


def alive() -> QuerySet[ApiToken]:
    return ApiToken.objects.filter(expiry__gt=timezone.now()).order_by("-created")


@login_required
def tokens(request: HttpRequest) -> HttpResponse:
    """One's own, and a form for a new one: it requires the password entered just now, and shows the token's
    text once."""
    sure, text = password_given(request), ""
    form = TokenForm(request.POST if request.method == "POST" else None, by=request.user)
    if form.is_bound and not sure:
        form.add_error(None, _("Please type your password once more first."))
    elif form.is_valid():
        try:
            _token, text = workflow.make_token(**form.cleaned_data, by=request.user)
        except Refused as refused:
            show_refusal(form, refused)
    context = {"tokens": alive().filter(user=request.user), "form": form, "sure": sure, "text": text}
    return render(request, "accounts/tokens.html", context)


@login_required
@require_POST
def token_end(request: HttpRequest, handle: str) -> HttpResponse:
    if token := ApiToken.objects.filter(user=request.user, handle=handle).first():
        workflow.end_token(token, by=request.user)
        messages.success(request, _("The token opens nothing any more."))
    else:
        answer_gone(request)
    return redirect("tokens")


@permission_or_404("accounts.unlock")
def guarded_tokens(request: HttpRequest) -> HttpResponse:
    """The tokens of the people that the reader guards."""
    alive_tokens = alive().filter(user__in=workflow.reachable(request.user)).select_related("user")
    page = Paginator(alive_tokens, ROWS).get_page(request.GET.get("page"))
    return render(request, "accounts/tokens_guarded.html", {"page": page})


@permission_or_404("accounts.unlock")
@require_POST
def token_end_guarded(request: HttpRequest, handle: str) -> HttpResponse:
    people = workflow.reachable(request.user).exclude(pk=request.user.pk)
    token = get_object_or_404(ApiToken.objects.select_related("user"), user__in=people, handle=handle)
    workflow.end_token(token, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("The token of %(name)s opens nothing any more.") % {"name": token.user.name})
    return redirect("tokens_guarded")
