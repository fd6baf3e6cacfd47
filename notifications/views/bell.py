"""The bell: a person's notices. Nobody else's can be opened."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from notifications import workflow
from notifications.bell_filter import BellFilter
from notifications.models import Notice
from records.openable import openable

PER_PAGE = 20


@login_required
def notices(request: HttpRequest) -> HttpResponse:
    own = Notice.objects.filter(user=request.user)
    search = BellFilter(request.GET, own)
    page = Paginator(search.narrow(own), PER_PAGE).get_page(request.GET.get("page"))
    narrowed = any(request.GET.get(name) for name in search.fields)
    return render(request, "notifications/notices.html", {"page": page, "search": search, "narrowed": narrowed})


@login_required
def notice(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark one as read and go where it leads."""
    one = get_object_or_404(Notice, pk=pk, user=request.user)
    workflow.mark_read(request.user, [one.pk])
    if not url_has_allowed_host_and_scheme(one.link, allowed_hosts=None):
        return redirect("notices")
    if not openable(request.user, [one.link]):
        messages.warning(request, _("What this notice leads to is not open to you any more."))
        return redirect("notices")
    return redirect(one.link)


@login_required
@require_POST
def notices_read(request: HttpRequest) -> HttpResponse:
    workflow.mark_read(request.user)
    return redirect("notices")
