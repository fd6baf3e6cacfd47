"""Disbursing, the ledger, corrections, and what is claimed back."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authority import reached_or_404
from incentives import workflow
from incentives.forms import DisburseForm
from incentives.models import Clawback, LedgerEntry, ProjectFund, Source
from incentives.signatures import sign
from incentives.views.sources import ROWS, source_or_404
from records.refusals import Incomplete


@login_required
def disburse(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    """Two steps: what is to be paid, then the sum to confirm. A second click on it pays nothing more."""
    source = source_or_404(request, kind, pk)
    if not request.user.has_perm("incentives.disburse", source):
        raise Http404
    lines = source.lines.select_related("unit")
    form = DisburseForm(lines, request.POST or None, initial={"key": uuid4().hex})
    context = {"source": source, "form": form, "is_fund": isinstance(source, ProjectFund)}
    if request.method != "POST" or not form.is_valid():
        return render(request, "incentives/disburse.html", context, status=400 if request.method == "POST" else 200)
    payments = form.payments()
    if "confirmed" not in request.POST:
        context |= {"count": len(payments), "total": sum(payments.values()), "given": request.POST.items()}
        return render(request, "incentives/disburse_confirm.html", context)
    terms = {"key": form.cleaned_data["key"], "document": form.cleaned_data["document"]}
    entries = workflow.disburse(source, by=request.user, payments=payments, **terms)
    paid = {"count": len(entries), "total": sum(entry.amount for entry in entries)}
    messages.success(
        request,
        ngettext("%(total)s yuan to %(count)s unit.", "%(total)s yuan to %(count)s units.", paid["count"]) % paid,
    )
    return redirect(source)


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
