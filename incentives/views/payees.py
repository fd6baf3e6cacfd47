"""Payee accounts: the list of units, one unit's accounts, and the steps of two people."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from incentives import exports, workflow
from incentives.models import PayeeAccount
from incentives.models.payee import CONFIRM, PROPOSE
from incentives.payees.accounts import payable_units, rows_of
from incentives.payees.forms import ConfirmAccountForm, PayeeFilterForm, ProposeAccountForm
from records import previews
from records.confirming import carry_out
from records.excel_export import as_workbook, wanted
from records.offered_steps import lost
from records.step_forms import ReasonForm
from villages.models import Level, Unit

ROWS = 50
HISTORY = 20
State = PayeeAccount.State
DONE = {
    "propose": gettext_lazy("Proposed. Somebody else now confirms the account."),
    "confirm": gettext_lazy("The account is in force. The unit has been told."),
    "decline": gettext_lazy("The account is not used."),
}


@permission_or_404(PROPOSE, CONFIRM)
@require_safe
def payees(request: HttpRequest) -> HttpResponse:
    """The units within reach, each with its account: villages, and whatever else is searched for."""
    form = PayeeFilterForm(request.GET, user=request.user)
    units = payable_units(request.user).order_by("code")
    units = form.choose(units) if form.is_valid() else units.none()
    if not (form.is_valid() and form.cleaned_data["q"]):
        units = units.filter(level=Level.VILLAGE)
    if wanted(request):
        return as_workbook(request, _("Payee accounts"), exports.payees(), rows_of(units))
    page = Paginator(units, ROWS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page, "rows": rows_of(page)}
    return render(request, "incentives/payees.html", context)


@permission_or_404(PROPOSE, CONFIRM)
@require_safe
def payee(request: HttpRequest, code: str) -> HttpResponse:
    return _show(request, _unit_or_404(request, code), {})


@permission_or_404(PROPOSE)
@require_POST
def propose(request: HttpRequest, code: str) -> HttpResponse:
    """Propose an account of the unit."""
    unit, form = _unit_or_404(request, code), ProposeAccountForm(request.POST)
    return _carry_out(
        request,
        unit,
        "propose",
        form,
        lambda _shown: workflow.propose_account(unit, by=request.user, **form.cleaned_data),
    )


@permission_or_404(PROPOSE, CONFIRM)
@require_POST
def settle(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Confirm the account that waits, or decline it."""
    seen = PayeeAccount.objects.seen_by(request.user).select_related("unit")
    account = get_object_or_404(seen, pk=pk)
    right, form, step = {
        "confirm": (CONFIRM, ConfirmAccountForm(request.POST), workflow.confirm_account),
        "decline": (PROPOSE, ReasonForm(request.POST), workflow.decline_account),
    }[verb]
    get_object_or_404(seen.filter(pk=pk), unit__in=_where(request, right))
    return _carry_out(
        request,
        account.unit,
        verb,
        form,
        lambda _shown: step(account, by=request.user, **form.cleaned_data) or account,
        about=pk,
    )


def _carry_out(
    request: HttpRequest,
    unit: Unit,
    verb: str,
    form: Form,
    act: Callable[[Any], Any],
    about: int | str = "",
) -> HttpResponse:
    tried = carry_out(request, _step(verb, about or unit.pk), form, act, done=lambda: unit)
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect("payee", unit.pk)
    return _show(request, unit, {verb: form}, tried.status)


def _show(request: HttpRequest, unit: Unit, forms: dict[str, Form], status: int = 200) -> HttpResponse:
    """The unit's accounts; every form has the key of what it is about."""
    accounts = PayeeAccount.objects.filter(unit=unit).select_related("proposed_by", "settled_by").order_by("-pk")
    accounts = list(accounts[:HISTORY])
    waiting = next((one for one in accounts if one.state == State.PROPOSED), None)
    may_propose, may_confirm = (request.user.has_perm(right, unit) for right in (PROPOSE, CONFIRM))
    context: dict[str, Any] = {
        "unit": unit,
        "account": next((one for one in accounts if one.state == State.IN_FORCE), None),
        "waiting": waiting,
        "past": [one for one in accounts if one.state not in (State.PROPOSED, State.IN_FORCE)],
        "forms": {"propose": ProposeAccountForm(), "confirm": ConfirmAccountForm(), "decline": ReasonForm()} | forms,
        "may_propose": may_propose and not waiting,
        "may_decline": may_propose and waiting,
        "may_confirm": may_confirm and waiting and waiting.proposed_by_id != request.user.pk,
    }
    steps = [("propose", unit.pk)] if context["may_propose"] else []
    steps += [(verb, waiting.pk) for verb in ("confirm", "decline") if context[f"may_{verb}"]]
    context["keys"] = {verb: previews.keep(request.user, _step(verb, about), {}) for verb, about in steps}
    context["refused"] = lost(forms, [verb for verb, _about in steps])
    return render(request, "incentives/payee.html", context, status=status)


def _step(verb: str, about: int | str) -> str:
    return f"{verb}_payee:{about}"


def _unit_or_404(request: HttpRequest, code: str) -> Unit:
    return get_object_or_404(payable_units(request.user), pk=code)


def _where(request: HttpRequest, right: str) -> Any:
    return Unit.objects.within_any(request.user.reach(right))
