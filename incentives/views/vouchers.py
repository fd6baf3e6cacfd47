"""Vouchers: what was confirmed, the bank's list and the paper, what the bank paid, and why it differs."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from incentives import exports, workflow
from incentives.models import BankStatement, ProjectFund, Voucher
from incentives.payees.accounts import of_lines
from incentives.payees.bank_list import write_bank_list
from incentives.payees.paper import voucher_paper
from incentives.reconciling.page import VoucherPage
from incentives.reconciling.sheet import heads
from incentives.reconciling.statement import VoucherState
from records.confirming import not_taken
from records.documents import served
from records.excel_export import as_workbook, wanted
from records.numbers import count_of
from records.refusals import Refused, refuse_unknown_fields
from records.sheet_upload import SheetUploadForm, keep_marked, marked, workbook
from records.step_forms import ReasonForm
from records.workbooks import SheetRefused

PAY = "incentives.disburse"
ROWS = 50


@permission_or_404(PAY)
@require_safe
def vouchers(request: HttpRequest) -> HttpResponse:
    """Every instalment within reach, newest first."""
    found = Voucher.objects.seen_by(request.user).select_related("unit", "policy", "fund", "by")
    if request.GET.get("open"):
        found = found.filter(unexplained__gt=0)
    if book := as_workbook(request, _("Vouchers"), exports.vouchers(), found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    return render(request, "incentives/vouchers.html", {"page": page, "open": bool(request.GET.get("open"))})


@permission_or_404(PAY)
@require_safe
def voucher(request: HttpRequest, pk: int) -> HttpResponse:
    one = _voucher_or_404(request, pk)
    rows = VoucherPage(one).rows if wanted(request) else ()
    if book := as_workbook(request, _("Reconciliation"), exports.reconciliation(), rows):
        return book
    return _show(request, one)


@permission_or_404(PAY)
@require_POST
def bank_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The bank's list; who took it, and when, is kept, because it holds whole account numbers."""
    one = _voucher_or_404(request, pk)
    file = BytesIO()
    write_bank_list(VoucherState(one), file)
    workflow.take_bank_list(one, by=request.user)
    return workbook(file.getvalue(), f"bank-{one.pk}.xlsx")


@permission_or_404(PAY)
@require_POST
def add_accounts(request: HttpRequest, pk: int) -> HttpResponse:
    """Take up accounts that were confirmed since."""
    one = _voucher_or_404(request, pk)
    added = workflow.add_accounts(one, by=request.user)
    if added:
        words = ngettext("%s payment has an account now.", "%s payments have an account now.", added) % added
    else:
        words = _("Every unit that has an account is on the bank's list.")
    messages.success(request, words)
    return redirect(one)


@permission_or_404(PAY)
@require_safe
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """The voucher to print and sign."""
    one = _voucher_or_404(request, pk)
    return served(voucher_paper(VoucherState(one), request.user), _("Payment voucher"))


@permission_or_404(PAY)
@require_POST
def import_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """The sheet of what the bank paid: kept whole, or refused with every wrong cell."""
    one = _voucher_or_404(request, pk)
    form = SheetUploadForm(request.POST, request.FILES)
    if not form.is_valid():
        return _show(request, one, status=400, form=form)
    raw, name = form.cleaned_data["sheet"], request.FILES["sheet"].name
    try:
        workflow.import_statement(one, raw, name=name, by=request.user)
    except SheetRefused as refused:
        kept = keep_marked(request.user, raw, refused.problems) if refused.problems else ""
        return _show(request, one, status=409, sheet_refused=refused, marked=kept)
    messages.success(request, _("What the bank paid has been compared with the voucher."))
    return redirect(one)


@permission_or_404(PAY)
@require_safe
def marked_statement(request: HttpRequest, key: str) -> HttpResponse:
    """The refused sheet, with its wrong cells marked."""
    return workbook(marked(request.user, key), "marked.xlsx")


@permission_or_404(PAY)
@require_POST
def explain(request: HttpRequest, pk: int) -> HttpResponse:
    """Say why a difference is there."""
    one = _voucher_or_404(request, pk)
    key, text = request.POST.get("difference", ""), request.POST.get("text", "")
    try:
        refuse_unknown_fields(request.POST, ["difference", "text", "seen"])
        workflow.explain(one, key, text=text, by=request.user, seen=count_of(request.POST.get("seen", "")) or 0)
    except Refused as refused:
        if key not in [row.difference.key for row in VoucherPage(one).differing]:
            not_taken(request, refused)
            return redirect(one)
        return _show(request, one, status=409, refused=refused, typed={"key": key, "text": text})
    messages.success(request, _("The explanation is kept."))
    return redirect(one)


@permission_or_404(PAY)
@require_POST
def withdraw_statement(request: HttpRequest, pk: int) -> HttpResponse:
    """Leave a sheet that was imported by mistake out of account."""
    statement = get_object_or_404(
        BankStatement.objects.filter(voucher__in=Voucher.objects.seen_by(request.user)), pk=pk
    )
    form = ReasonForm(request.POST)
    try:
        refuse_unknown_fields(request.POST, form.fields)
        workflow.withdraw_statement(statement, reason=request.POST.get("reason", ""), by=request.user)
    except Refused as refused:
        return _show(request, statement.voucher, status=409, refused=refused)
    messages.success(request, _("The sheet no longer counts."))
    return redirect(statement.voucher)


def _voucher_or_404(request: HttpRequest, pk: int) -> Voucher:
    along = ("unit", "policy__unit", "fund__unit", "by", "listed_by")
    return get_object_or_404(Voucher.objects.seen_by(request.user).select_related(*along), pk=pk)


def _show(request: HttpRequest, one: Voucher, *, status: int = 200, **more: Any) -> HttpResponse:
    page = VoucherPage(one, request.GET.get("lines", ""))
    waiting = [line.line for line in page.state.lines if line.takes_account]
    context = {
        "voucher": one,
        "source": one.source,
        "is_fund": isinstance(one.source, ProjectFund),
        "page": page,
        "ready": len(of_lines(waiting)),
        "form": SheetUploadForm(),
        "heads": heads(),
        "statements": one.statements.select_related("by"),
    }
    return render(request, "incentives/voucher.html", context | more, status=status)
