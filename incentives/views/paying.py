"""The ledger, corrections, and what is claimed back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from incentives import workflow
from incentives.models import Clawback, LedgerEntry, ProjectFund, Source
from incentives.signatures import sign
from incentives.views.sources import ROWS, source_or_404
from records.refusals import Incomplete


@login_required
def ledger(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    source = source_or_404(request, kind, pk)
    entries = LedgerEntry.objects.of(source).select_related("unit", "by", "corrects")
    page = Paginator(entries, ROWS).get_page(request.GET.get("page"))
    sign(page)
    context = {
        "source": source,
        "is_fund": isinstance(source, ProjectFund),
        "page": page,
        "may_correct": request.user.has_perm("incentives.disburse", source),
        "key": uuid4().hex,
    }
    return render(request, "incentives/ledger.html", context)


@login_required
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """An entry the other way."""
    entry = reached_or_404(request.user, "incentives.disburse", LedgerEntry.objects.all(), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        amount = Decimal(request.POST.get("amount", ""))
    except InvalidOperation as error:
        raise Incomplete(_("Please give the amount in yuan.")) from error
    key = request.POST.get("key", "")[:64]
    workflow.correct(entry, amount=amount, reason=request.POST.get("reason", "").strip(), by=request.user, key=key)
    messages.success(request, _("Corrected by an entry the other way."))
    return redirect(f"{entry.line.source.PAGE}-ledger", pk=entry.line.source.pk)


@login_required
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline what is proposed to be claimed back."""
    clawback = reached_or_404(request.user, "incentives.disburse", Clawback.objects.all(), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    reason = request.POST.get("reason", "").strip()
    if request.POST.get("verdict") == "confirm":
        workflow.confirm_clawback(clawback, by=request.user, reason=reason)
        messages.success(request, _("Booked. The village has been told."))
    else:
        workflow.decline_clawback(clawback, by=request.user, reason=reason)
        messages.success(request, _("Declined. The money stays where it is."))
    return redirect(clawback.line.source)
