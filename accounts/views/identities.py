"""Accounts linked to the government account platform: one's own, and those that a security administrator guards.

Without a platform in the settings, none of this exists.
"""

from collections.abc import Callable
from functools import wraps

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import workflow
from accounts.authority import permission_or_404
from accounts.identities import is_configured, password_given
from accounts.models import Identity
from records.confirming import answer_gone

ROWS = 50


def configured(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        if not is_configured():
            raise Http404
        return view(request, *args, **kwargs)

    return guarded


@login_required
@configured
def own(request: HttpRequest) -> HttpResponse:
    """Whether one's own account is linked; linking requires the password entered just now."""
    context = {"tied": Identity.objects.here().filter(user=request.user).first(), "sure": password_given(request)}
    return render(request, "accounts/identity.html", context)


@login_required
@configured
@require_POST
def unlink_own(request: HttpRequest) -> HttpResponse:
    if tied := Identity.objects.here().filter(user=request.user).first():
        workflow.unlink_identity(tied, by=request.user)
        messages.success(request, _("Unlinked. From now on you sign in with your password."))
    else:
        answer_gone(request)
    return redirect("identity")


@permission_or_404("accounts.unlock")
@configured
def guarded_ones(request: HttpRequest) -> HttpResponse:
    """The linked accounts that the reader guards."""
    people = workflow.reachable(request.user)
    tied = Identity.objects.here().filter(user__in=people).select_related("user", "tied_by").order_by("user__username")
    page = Paginator(tied, ROWS).get_page(request.GET.get("page"))
    return render(request, "accounts/identities.html", {"page": page})


@permission_or_404("accounts.unlock")
@configured
@require_POST
def unlink(request: HttpRequest, pk: int) -> HttpResponse:
    people = workflow.reachable(request.user).exclude(pk=request.user.pk)
    tied = get_object_or_404(Identity.objects.here().filter(user__in=people).select_related("user"), pk=pk)
    workflow.unlink_identity(tied, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Unlinked: %(name)s.") % {"name": tied.user.name})
    return redirect("identities")
