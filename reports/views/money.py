"""Money at a glance: the overview of those who pay."""

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.authority import reached_or_404
from reports.board_asked import LISTED_FROM
from reports.listing import VIEW_MONEY
from reports.money_overview import MoneyOverview
from reports.views.dashboard import PLACES, topmost


@login_required
def money_home(request: HttpRequest) -> HttpResponse:
    """The overview of the unit whose money the person oversees."""
    code = topmost(request.user, VIEW_MONEY)
    if code is None or len(code) < LISTED_FROM:
        raise Http404
    return redirect("money_overview", code)


@login_required
def money_overview(request: HttpRequest, code: str) -> HttpResponse:
    unit = reached_or_404(request.user, VIEW_MONEY, PLACES, field="code", code=code)
    if len(code) < LISTED_FROM:
        raise Http404
    context = {"overview": MoneyOverview(unit, request.user), "unit": unit, "base": reverse("dashboard", args=[code])}
    return render(request, "reports/money.html", context)
