"""What a unit's own people see of its money."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Prefetch, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import User
from accounts.prepared import asked
from incentives.models import Allocation, LedgerEntry, Reward
from incentives.models.source import SEES_LINES
from incentives.payees.accounts import in_force
from incentives.views.sources import ROWS


@login_required
def unit_money(request: HttpRequest) -> HttpResponse:
    """Rewards and project money of the units within reach, newest first."""
    if not any(request.user.has_perm(perm) for perm in SEES_LINES):
        raise Http404
    rewards = Reward.objects.seen_by(request.user).select_related("unit", "policy")
    rewards = rewards.order_by("-policy__year", "unit", "pk")
    allocations = Allocation.objects.seen_by(request.user).select_related("unit", "fund")
    allocations = allocations.order_by("-fund__year", "unit", "pk")
    number = request.GET.get("page")
    entries = Prefetch("ledgerentry_set", LedgerEntry.objects.order_by("pk"))
    context = {
        "rewards": Paginator(rewards.prefetch_related(entries), ROWS).get_page(number),
        "allocations": Paginator(allocations.prefetch_related(entries), ROWS).get_page(number),
        "accounts": in_force(request.user.reach("ratings.fill")).values(),
    }
    return render(request, "incentives/unit_money.html", context)


def home_panel(user: Any) -> dict[str, Any] | None:
    """The newest rewards and allocations of a cadre's own village; None for others, and while there are none."""
    if not user.has_perm("ratings.fill"):
        return None
    lines = asked(_newest, user)
    shown = [{"name": name, "amount": amount, "disbursed": disbursed} for name, amount, disbursed, _year in lines]
    return {"lines": shown} if shown else None


def _newest(user: User) -> QuerySet:
    rewards = Reward.objects.seen_by(user).values_list("policy__name", "amount", "disbursed", "policy__year")
    allocations = Allocation.objects.seen_by(user).values_list("fund__name", "amount", "disbursed", "fund__year")
    return rewards.order_by().union(allocations.order_by(), all=True).order_by("-policy__year")[:3]
