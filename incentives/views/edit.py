"""Drafting a policy with its table, or a fund with its weights, in one plain form."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.forms import BaseFormSet, ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from incentives import workflow
from incentives.forms import Bands, FundForm, PolicyForm, Weights
from incentives.models import ProjectFund, RewardPolicy, Source
from incentives.models.lifecycle import STEPS
from incentives.source_state import planned_of, written
from incentives.views.sources import source_or_404
from incentives.workflow.actions import available, open_to, writers
from records import previews
from records.confirming import answer_late, confirming_sent
from records.files import sha256_of
from records.numbers import count_of
from records.refusals import Incomplete, Outdated, WrongState
from villages.models import Unit

SPARE_ROWS = 3
MOST_ROWS = 1000
FORMS: dict[type[Source], tuple[type[ModelForm], type[BaseFormSet], str]] = {
    RewardPolicy: (PolicyForm, Bands, "bands"),
    ProjectFund: (FundForm, Weights, "weights"),
}


@login_required
def new(request: HttpRequest, kind: type[Source], county: str) -> HttpResponse:
    """For one of those whom the reader may write for: ``?for=``, the first of them when it is absent."""
    unit = Unit.objects.filter(code=county).first()
    possible = writers(request.user, kind, unit) if unit else []
    writer = request.GET.get("for", *possible[:1])
    if writer not in possible:
        raise Http404
    own = {"department": writer} if writer and kind is ProjectFund else {}
    return _edit(request, kind(unit=unit, written_by=writer, **own), others=[one for one in possible if one != writer])


@login_required
def edit(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    source = source_or_404(request, kind, pk)
    if "revise" in {action.verb for action in available(request.user, source)}:
        return _edit(request, source)
    if not open_to(request.user, STEPS["revise"], source):
        raise Http404
    answer_late(request, _step(source), _("Saved as a draft."))
    return redirect(source)


def _edit(request: HttpRequest, source: Source, others: Sequence[str] = ()) -> HttpResponse:
    """The form; ``others``: for whom else the reader may write it. Its original values are kept under its key: saving
    over somebody else's change gets a warning first."""
    if request.method != "POST":
        return _show(request, source, others, *_forms(source, rows=count_of(request.GET.get("rows", ""))))
    form, grid = _forms(source, request)
    if "more" in request.POST:
        return _show(request, source, others, form, grid, key=request.POST.get("key", ""))
    try:
        with confirming_sent(request, _step(source)) as opened:
            if not form.is_valid() & grid.is_valid():
                raise Incomplete("")
            rows = FORMS[type(source)][2]
            saved = _save(source, form.cleaned_data | {rows: grid.rows()}, request.user, opened)
    except previews.AlreadyDone:
        saved = _saved_before(request, source)
        if saved is None:
            refused = Outdated(_("This page was saved before. What it says now is not saved yet."))
            return _show(request, source, others, form, grid, status=409, refused=refused)
    except Incomplete as refused:
        for name, words in refused.problems.items():
            form.add_error(name, words)
        return _show(request, source, others, form, grid, key=request.POST.get("key", ""), status=400)
    except WrongState as refused:
        return _show(request, source, others, form, grid, status=409, refused=refused)
    messages.success(request, _("Saved as a draft."))
    return redirect(saved)


def _forms(source: Source, sent: HttpRequest | None = None, rows: int | None = None) -> tuple[ModelForm, BaseFormSet]:
    """``rows``: how many the table shows at least, where its page was asked for more."""
    make_form, make_grid, _rows = FORMS[type(source)]
    if sent is not None:
        data = _with_spare_rows(sent.POST, "more" in sent.POST)
        return make_form(data, sent.FILES, instance=copy(source)), make_grid(data)
    grid = make_grid(initial=make_grid.of(source))
    grid.extra = max(SPARE_ROWS, min(rows or 0, MOST_ROWS) - grid.initial_form_count())
    return make_form(instance=source), grid


def _show(
    request: HttpRequest,
    source: Source,
    others: Sequence[str],
    form: ModelForm,
    grid: BaseFormSet,
    *,
    key: str = "",
    **more: Any,
) -> HttpResponse:
    key = key or previews.keep(request.user, _step(source), written(source) if source.pk else {})
    context = {"form": form, "grid": grid, "source": source, "is_fund": isinstance(source, ProjectFund), "key": key}
    context |= {"refused": more.get("refused"), "others": others, "more_rows": grid.total_form_count() + SPARE_ROWS}
    return render(request, "incentives/edit.html", context, status=more.get("status", 200))


def _step(source: Source) -> str:
    return f"edit:{source.PAGE}:{source.pk or source.unit_id}:{'' if source.pk else f'new {source.written_by}'}"


def _saved_before(request: HttpRequest, source: Source) -> Source | None:
    """The draft that equals what was sent: the first of two clicks saved it."""
    mine = type(source).objects.filter(unit=source.unit_id, drafted_by=request.user, written_by=source.written_by)
    name = request.POST.get("name", "").strip()
    for one in [source] if source.pk else mine.filter(name=name):
        form, grid = _forms(one, request)
        if form.is_valid() and grid.is_valid() and _says(one, form, grid):
            return one
    return None


def _says(source: Source, form: ModelForm, grid: BaseFormSet) -> bool:
    rows = grid.rows()
    sent = sorted(map(list, rows.items() if isinstance(rows, dict) else rows))
    terms = dict(form.cleaned_data)
    upload, planned = terms.pop("attachment"), terms.pop("planned", None)
    if isinstance(source, ProjectFund) and dict(planned_of(source)) != planned:
        return False
    same = all(getattr(source, name) == value for name, value in terms.items())
    if upload:
        same = same and source.attachment is not None and source.attachment.sha256 == sha256_of(upload)
    return same and sorted(written(source)["table"]) == sent


def _with_spare_rows(posted: Any, wanted: bool) -> Any:
    """What was typed, with spare rows when the button for them was pressed."""
    if not wanted:
        return posted
    data = posted.copy()
    shown = count_of(posted.get("form-TOTAL_FORMS", "")) or 0
    data["form-TOTAL_FORMS"] = str(min(shown, MOST_ROWS) + SPARE_ROWS)
    return data


def _save(source: Source, terms: dict[str, Any], by: User, opened: dict[str, Any]) -> Source:
    draft, revise = {
        RewardPolicy: (workflow.draft_policy, workflow.revise_policy),
        ProjectFund: (workflow.draft_fund, workflow.revise_fund),
    }[type(source)]
    if source.pk is None:
        return draft(unit=source.unit, by=by, written_by=source.written_by, **terms)
    revise(source, by=by, expected=opened, **terms)
    return source
