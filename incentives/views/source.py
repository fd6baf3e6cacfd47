"""One policy or fund: where it stands, its terms, its list, and the next step."""

from __future__ import annotations

from collections.abc import Callable
from io import BytesIO
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, Sum
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from incentives import workflow
from incentives.actions import available
from incentives.allocation import OutOfLimits
from incentives.forms import OpinionForm, ReasonForm
from incentives.listing import rows_of
from incentives.models import Clawback, LedgerEntry, ProjectFund, Source
from incentives.reckoning import Prospect
from incentives.signatures import sign
from incentives.views.sources import ROWS, source_or_404
from incentives.words import out_of_limits
from incentives.workbook import write_list
from incentives.workflow.filing import PROSPECTS
from records.refusals import Incomplete

ENTRIES = 8


@login_required
def detail(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    return _page(request, source_or_404(request, kind, pk))


def _page(request: HttpRequest, source: Source, forms: dict[str, Form] | None = None) -> HttpResponse:
    by_star = list(source.lines.order_by("-star").values("star").annotate(units=Count("pk"), amount=Sum("amount")))
    source.granted = bool(by_star)
    prospects, unmet = ([], "") if by_star else prospects_of(source)
    pages = Paginator(source.lines.select_related("unit") if by_star else prospects, ROWS)
    pages.count = sum(row["units"] for row in by_star) or len(prospects)
    page = pages.get_page(request.GET.get("page"))
    entries = list(LedgerEntry.objects.of(source).select_related("unit", "by")[:ENTRIES]) if by_star else []
    verbs = {action.verb: action for action in available(request.user, source)}
    context = {
        "source": source,
        "is_fund": isinstance(source, ProjectFund),
        "steps": _steps(source, granted=bool(by_star)),
        "verbs": verbs,
        "by_star": by_star or _by_star(prospects),
        "granted": bool(by_star),
        "unmet": unmet,
        "problems": rows_of([prospect for prospect in prospects if prospect.problem][:ROWS]),
        "problem_count": sum(bool(prospect.problem) for prospect in prospects),
        "total": sum((row["amount"] for row in by_star), 0) or sum(p.amount or 0 for p in prospects),
        "page": page,
        "rows": rows_of(page),
        "terms": source.weights.all() if isinstance(source, ProjectFund) else source.bands.all(),
        "clawbacks": _open_clawbacks(source) if by_star else [],
        "entries": entries,
        "signed": sign(entries, source),
        "opinion_form": OpinionForm(),
        "reason_form": ReasonForm(),
        "may_settle": request.user.has_perm("incentives.disburse", source),
    }
    return render(request, "incentives/source.html", context | (forms or {}), status=400 if forms else 200)


def prospects_of(source: Source) -> tuple[list[Prospect], str]:
    """What would be granted, and why nothing can be, if the limits cannot be met."""
    try:
        return PROSPECTS[type(source)](source), ""
    except OutOfLimits as error:
        return [], out_of_limits(error)


def _by_star(prospects: list[Prospect]) -> list[dict[str, Any]]:
    stars = sorted({prospect.star for prospect in prospects}, reverse=True)
    amounts = {star: [prospect.amount or 0 for prospect in prospects if prospect.star == star] for star in stars}
    return [{"star": star, "units": len(amounts[star]), "amount": sum(amounts[star])} for star in stars]


def _open_clawbacks(source: Source) -> list[Clawback]:
    found = Clawback.objects.filter(state=Clawback.State.OPEN, **{f"{source.LINE}__in": source.lines.all()})
    return list(found.select_related("unit", source.LINE))


STATES = Source.State


def _steps(source: Source, *, granted: bool) -> list[dict[str, Any]]:
    """The step tracker: drafted, opinion, filed, in effect, committed, disbursed."""
    paid = granted and source.committed == source.disbursed
    done = list(STATES).index(source.state) + (source.state == STATES.EFFECTIVE) + granted + paid
    names = [_("Drafted"), _("Opinion"), _("Filed"), _("In effect"), _("Committed"), _("Disbursed")]
    return [
        {"name": name, "state": "done" if place < done else "current" if place == done else ""}
        for place, name in enumerate(names)
    ]


def _give_opinion(request: HttpRequest, source: Source) -> None:
    form = OpinionForm(request.POST)
    if not form.is_valid():
        raise Unfinished(opinion_form=form)
    try:
        workflow.give_opinion(source, agreed=request.POST.get("agreed") == "1", by=request.user, **form.cleaned_data)
    except Incomplete as refused:
        if not refused.problems:
            raise
        for field, problem in refused.problems.items():
            form.add_error(field, problem)
        raise Unfinished(opinion_form=form) from refused


def _take_back(request: HttpRequest, source: Source) -> None:
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Unfinished(reason_form=form)
    workflow.take_back(source, by=request.user, **form.cleaned_data)


class Unfinished(Exception):
    """A form of the page has to be put right; what was typed is kept in it."""

    def __init__(self, **forms: Form) -> None:
        super().__init__()
        self.forms = forms


STEPS: dict[str, tuple[Callable[[HttpRequest, Source], Any], Any]] = {
    "seek_opinion": (
        lambda request, source: workflow.seek_opinion(source, by=request.user),
        gettext_lazy("The leading-group office has been asked for its opinion."),
    ),
    "give_opinion": (_give_opinion, gettext_lazy("Done. Finance has been told.")),
    "take_back": (_take_back, gettext_lazy("It is a draft again.")),
    "make_effective": (
        lambda request, source: workflow.make_effective(source, by=request.user),
        gettext_lazy("It is in effect."),
    ),
    "grant": (
        lambda request, source: workflow.grant(source, by=request.user),
        gettext_lazy("The amounts are committed, and the villages have been told."),
    ),
}


@login_required
def step(request: HttpRequest, kind: type[Source], pk: int, verb: str) -> HttpResponse:
    """Take a step; the page tells what came of it."""
    source = source_or_404(request, kind, pk)
    if verb not in STEPS:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    take, done = STEPS[verb]
    try:
        take(request, source)
    except Unfinished as unfinished:
        return _page(request, source, unfinished.forms)
    messages.success(request, done)
    return redirect(source)


@login_required
def workbook(request: HttpRequest, kind: type[Source], pk: int) -> HttpResponse:
    """The list as a workbook."""
    source = source_or_404(request, kind, pk)
    entries = list(source.lines.select_related("unit")) or prospects_of(source)[0]
    file = BytesIO()
    write_list(source, rows_of(entries), file)
    response = HttpResponse(
        file.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    response["Content-Disposition"] = f'attachment; filename="{source.PAGE}-{source.year}-{source.pk}.xlsx"'
    return response
