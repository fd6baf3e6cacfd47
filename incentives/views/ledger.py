"""The ledger, whole or the rows behind a figure, and its corrections."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from incentives import workflow
from incentives.forms import CorrectionForm
from incentives.ledger_part import part_or_404
from incentives.models import LedgerEntry, ProjectFund, Source
from incentives.signatures import sign
from incentives.views.sources import ROWS, source_or_404
from records.refusals import Incomplete, Refused, refuse_unknown_fields


@login_required
def ledger(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    return _show(request, source_or_404(request, kind, pk), request.GET.get("page"))


def _show(request: HttpRequest, source: Source, number: Any, *, status: int = 200, **more: Any) -> HttpResponse:
    """A page of the ledger. ``more``: why a correction was refused, and its input."""
    part = part_or_404(request.GET, source, request.user)
    entries = part.of(LedgerEntry.objects.of(source)).select_related("unit", "by", "corrects")
    left = F("amount") + Coalesce(Sum("corrections__amount"), 0, output_field=LedgerEntry._meta.get_field("amount"))
    page = Paginator(entries.annotate(left=left).order_by("-pk"), ROWS).get_page(number)
    sign(page)
    context = {
        "source": source,
        "is_fund": isinstance(source, ProjectFund),
        "page": page,
        "part": part,
        "sum": part.sum_of(entries),
        "may_correct": request.user.has_perm("incentives.disburse", source),
        "key": uuid4().hex,
    }
    return render(request, "incentives/ledger.html", context | more, status=status)


@login_required
def correct(request: HttpRequest, pk: int) -> HttpResponse:
    """A correcting entry: what was typed, and what the page showed as not yet taken back."""
    entry = reached_or_404(request.user, "incentives.disburse", LedgerEntry.objects.all(), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CorrectionForm(request.POST)
    try:
        refuse_unknown_fields(request.POST, form.fields)
        if not form.is_valid():
            raise Incomplete(" ".join(said for errors in form.errors.values() for said in errors))
        workflow.correct(entry, by=request.user, **form.cleaned_data)
    except Refused as refused:
        return _show_refused(request, entry, refused)
    messages.success(request, _("Corrected by an entry the other way."))
    return redirect(f"{entry.line.source.PAGE}-ledger", pk=entry.line.source.pk)


def _show_refused(request: HttpRequest, entry: LedgerEntry, refused: Refused) -> HttpResponse:
    """The ledger as it is now, at the entry, with what was typed."""
    source = source_or_404(request, type(entry.line.source), entry.line.source.pk)
    before = LedgerEntry.objects.of(source).filter(pk__gt=entry.pk).count()
    status = 400 if isinstance(refused, Incomplete) else 409
    typed = {"pk": entry.pk, **{name: request.POST.get(name, "") for name in ("amount", "reason")}}
    return _show(request, source, before // ROWS + 1, status=status, refused=refused, typed=typed)
