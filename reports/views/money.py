"""Money at a glance: the overview of those who pay."""

from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.authority import reached
from accounts.models import User
from accounts.prepared import asked_or_404
from accounts.together import asked_together
from reports.board_asked import LISTED_FROM
from reports.drawn import ListLinks
from reports.listing import VIEW_MONEY
from reports.money_overview import MoneyOverview
from reports.views.dashboard import PLACES, topmost
from villages.models import Unit


@login_required
def money_home(request: HttpRequest) -> HttpResponse:
    """The overview of the unit whose money the person oversees."""
    code = topmost(request.user, VIEW_MONEY)
    if code is None or len(code) < LISTED_FROM:
        raise Http404
    return redirect("money_overview", code)


def _place(user: User, code: str) -> QuerySet[Unit]:
    return reached(user, VIEW_MONEY, PLACES, "code").filter(code=code)


@login_required
@asked_together
def money_overview(request: HttpRequest, code: str) -> HttpResponse:
    unit = asked_or_404(_place, request.user, code)
    if len(code) < LISTED_FROM:
        raise Http404
    base = reverse("dashboard", args=[code])
    overview = MoneyOverview(unit, request.user)
    context = {"overview": overview, "unit": unit, "base": base, "links": ListLinks(base, "")}
    return render(request, "reports/money.html", context)
