"""Drafting a policy with its table, or a fund with its weights, in one plain form."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from incentives import workflow
from incentives.actions import available
from incentives.forms import Bands, FundForm, PolicyForm, Weights
from incentives.models import ProjectFund, RewardPolicy, Source
from incentives.views.sources import source_or_404
from villages.models import Unit

SPARE_ROWS = 3
FORMS: dict[type[Source], tuple[type[ModelForm], type[BaseFormSet], str]] = {
    RewardPolicy: (PolicyForm, Bands, "bands"),
    ProjectFund: (FundForm, Weights, "weights"),
}


@login_required
def new(request: HttpRequest, kind: type[Source], county: str) -> HttpResponse:
    unit = reached_or_404(request.user, kind.MANAGE, Unit.objects.all(), field="code", code=county)
    return _edit(request, kind(unit=unit))


@login_required
def edit(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    source = source_or_404(request, kind, pk)
    if "revise" not in {action.verb for action in available(request.user, source)}:
        raise Http404
    return _edit(request, source)


def _edit(request: HttpRequest, source: Source) -> HttpResponse:
    make_form, make_grid, rows = FORMS[type(source)]
    asked_for_rows = "more" in request.POST
    if request.method == "POST":
        form, grid = make_form(request.POST, instance=source), make_grid(_with_spare_rows(request.POST, asked_for_rows))
        if not asked_for_rows and form.is_valid() & grid.is_valid():
            saved = _save(source, form.cleaned_data | {rows: grid.rows()}, request.user)
            messages.success(request, _("Saved as a draft."))
            return redirect(saved)
    else:
        form, grid = make_form(instance=source), make_grid(initial=make_grid.of(source))
        grid.extra = SPARE_ROWS
    context = {"form": form, "grid": grid, "source": source, "is_fund": isinstance(source, ProjectFund)}
    wrong = request.method == "POST" and not asked_for_rows
    return render(request, "incentives/edit.html", context, status=400 if wrong else 200)


def _with_spare_rows(posted: Any, wanted: bool) -> Any:
    """What was typed, with room for more rows when the button for them was pressed."""
    if not wanted:
        return posted
    data = posted.copy()
    data["form-TOTAL_FORMS"] = str(int(posted.get("form-TOTAL_FORMS") or 0) + SPARE_ROWS)
    return data


def _save(source: Source, terms: dict[str, Any], by: Any) -> Source:
    draft, revise = {
        RewardPolicy: (workflow.draft_policy, workflow.revise_policy),
        ProjectFund: (workflow.draft_fund, workflow.revise_fund),
    }[type(source)]
    if source.pk is None:
        return draft(unit=source.unit, by=by, **terms)
    revise(source, by=by, **terms)
    return source
