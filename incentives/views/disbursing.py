"""Disbursing in two steps: a preview, then exactly that or nothing."""

from __future__ import annotations

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from incentives import workflow
from incentives.forms import DisburseForm
from incentives.instalment import instalment, require_unused
from incentives.models import LedgerEntry, ProjectFund, Source
from incentives.templatetags.money import yuan
from incentives.views.sources import source_or_404
from records import previews
from records.refusals import Incomplete, Outdated, Refused, WrongState

BOOKED_BEFORE = gettext_lazy("A payment was booked from this page before. Nothing was booked now. Please look again.")


@login_required
def disburse(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    """The form; its preview, kept under a key; and with ``confirmed``, exactly what was shown under that key."""
    source = source_or_404(request, kind, pk)
    if not request.user.has_perm("incentives.disburse", source):
        raise Http404
    form = _form(source, request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return _show_form(request, source, form, status=400 if request.method == "POST" else 200)
    if form.CONFIRMED in request.POST:
        return _confirm(request, source, form)
    return _preview(request, source, form, key=form.cleaned_data["key"])


def _form(source: Source, data: Any = None) -> DisburseForm:
    return DisburseForm(source.lines.select_related("unit"), data, initial={"key": uuid4().hex})


def _show_form(
    request: HttpRequest, source: Source, form: DisburseForm, *, status: int, refused: Refused | None = None
) -> HttpResponse:
    context = {"source": source, "form": form, "is_fund": isinstance(source, ProjectFund), "refused": refused}
    return render(request, "incentives/disburse.html", context, status=status)


def _preview(
    request: HttpRequest, source: Source, form: DisburseForm, *, key: str = "", refused: Refused | None = None
) -> HttpResponse:
    """What the form amounts to now. ``refused``: why a confirmation was refused; that page's key is used up."""
    asked = form.asked()
    try:
        if set(asked) == {"document"}:
            raise Incomplete(_("Please give a share or amounts."), {"share": _("Please give a share or amounts.")})
        shown = instalment(source, **_how_much(asked))
        key = previews.keep(request.user, _step(source), {"asked": asked, "standing": shown.standing}, key=key)
        require_unused(source, asked["document"], timezone.now())
    except previews.AlreadyDone:
        return _preview(request, source, form, refused=WrongState(BOOKED_BEFORE))
    except Incomplete as incomplete:
        for place, problem in (incomplete.problems or {"": str(incomplete)}).items():
            field = f"{form.PREFIX}{place}" if place.isdecimal() else place
            form.add_error(field if field in form.fields else None, problem)
        return _show_form(request, source, form, status=409 if refused else 400, refused=refused)
    context = {"source": source, "is_fund": isinstance(source, ProjectFund), "instalment": shown, "refused": refused}
    context |= {"given": asked, "key": key, "count": len(shown.payments), "total": shown.total}
    return render(request, "incentives/disburse_confirm.html", context, status=409 if refused else 200)


def _confirm(request: HttpRequest, source: Source, form: DisburseForm) -> HttpResponse:
    """The key alone is enough; anything sent beside it must match what was shown."""
    asked, key = form.asked(), form.cleaned_data["key"]
    try:
        with previews.confirming(request.user, _step(source), key) as shown:
            _require_same(asked, shown["asked"])
            pay = {"document": asked["document"], "expected": shown["standing"], **_how_much(shown["asked"])}
            entries = workflow.disburse(source, by=request.user, key=key, **pay)
    except previews.AlreadyDone as done:
        if not _same(asked, done.shown["asked"]):
            return _preview(request, source, form, refused=WrongState(BOOKED_BEFORE))
        entries = LedgerEntry.objects.of(source).filter(key=key, kind=LedgerEntry.Kind.DISBURSE)
    except (Incomplete, WrongState) as refused:
        return _preview(request, source, form, refused=refused)
    paid = {"count": len(entries), "total": yuan(sum(entry.amount for entry in entries))}
    messages.success(
        request,
        ngettext("%(total)s yuan to %(count)s unit.", "%(total)s yuan to %(count)s units.", paid["count"]) % paid,
    )
    return redirect(source)


def _same(asked: dict[str, Any], shown: dict[str, Any]) -> bool:
    return previews.as_stored(asked) in (shown, {"document": shown["document"]})


def _require_same(asked: dict[str, Any], shown: dict[str, Any]) -> None:
    if not _same(asked, shown):
        raise Outdated(_("This is not what the page showed. Nothing was booked. Please look again."))


def _how_much(asked: dict[str, Any]) -> dict[str, Any]:
    """The amounts asked for, fresh or from a preview, as ``instalment`` and ``disburse`` take them."""
    if "payments" in asked:
        return {"payments": {int(line): Decimal(amount) for line, amount in asked["payments"].items()}}
    return {"share": Decimal(asked["share"])}


def _step(source: Source) -> str:
    return f"disburse:{source.PAGE}:{source.pk}"
