"""Batches of a deciding office: prepared after a meeting, released together."""

from dataclasses import dataclass

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.fields import DayField
from accounts.models import User
from accounts.working_days import notice_days, uncertain_years
from ratings.models import Cycle, Decision, StarPeriod
from records.documents import served
from records.lists import as_workbook
from records.numbers import keys
from records.refusals import Incomplete, WrongState
from reviews import lists
from reviews.desk_rows import before, with_sheet_counts
from reviews.minutes import minutes
from reviews.models import Batch
from reviews.stages import BENCHES, Bench
from reviews.workflow import batches as workflow
from reviews.workflow.checks import hindrances
from villages.models import Unit, below_any

PER_PAGE = 30
EXCEPTIONS_SHOWN = 50


class BatchForm(forms.Form):
    """The meeting's papers, and which decisions go out with them."""

    met_on = DayField(label=gettext_lazy("Meeting held on"))
    document = forms.CharField(label=gettext_lazy("Document number"), max_length=100)
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20000
    )


@dataclass(frozen=True)
class Waiting:
    """How many decisions of one office wait to be released."""

    cycle: Cycle
    unit: Unit
    bench: Bench
    count: int


def own_batches(user: User) -> QuerySet[Batch]:
    """The batches of the offices where ``user`` decides or releases; nobody else sees one before its release."""
    found = Batch.objects.none()
    for bench in BENCHES.values():
        codes = {code for verb in ("release", "decide") for code in user.reach(bench.permission(verb))}
        if codes:
            found = found | Batch.objects.filter(below_any(codes, "unit_id"), stage=bench.stage)
    return found


@login_required
def batches(request: HttpRequest) -> HttpResponse:
    """The office's batches, newest first, and what waits to be gathered into the next."""
    offices = _offices(request.user)
    kept = own_batches(request.user).select_related("unit", "cycle").annotate(size=Count("entries"))
    kept = kept.order_by("-pk")
    if book := as_workbook(request, _("Batches"), lists.batches(), kept):
        return book
    return render(
        request,
        "reviews/batches.html",
        {
            "page": Paginator(kept, PER_PAGE).get_page(request.GET.get("page")),
            "waiting": [one for bench, codes in offices for one in _waiting(bench, codes)],
            "form": BatchForm(initial={"met_on": timezone.localdate()}),
            "may_release": any(request.user.reach(bench.permission("release")) for bench, _codes in offices),
        },
    )


@login_required
@require_POST
def prepare(request: HttpRequest, cycle: int, unit: str, stage: str) -> HttpResponse:
    if stage not in BENCHES:
        raise Http404
    codes = request.user.reach(BENCHES[stage].permission("release"))
    place = get_object_or_404(Unit.objects.within_any(codes), pk=unit)
    found = get_object_or_404(Cycle.objects.select_related("scheme"), pk=cycle, unit_id=unit[:6])
    form = BatchForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please enter the day of the meeting and the document number."))
        return redirect("review_batches")
    batch = workflow.prepare(found, place, stage, **form.cleaned_data, by=request.user)
    return redirect("review_batch", batch.pk)


@login_required
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its decisions, who is not in it and why, and the button that releases it."""
    found = get_object_or_404(own_batches(request.user).select_related("unit", "cycle__scheme", "released_by"), pk=pk)
    may_release = request.user.has_perm(BENCHES[found.stage].permission("release"), found.unit)
    form = BatchForm(request.POST or None, initial={f: getattr(found, f) for f in BatchForm.base_fields})
    if request.method == "POST":
        if not may_release:
            raise Http404
        if form.is_valid():
            return _act(request, found, form)
    return render(request, "reviews/batch.html", _context(found, form) | {"may_release": may_release})


@login_required
def batch_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a paper to sign, for those who see the batch."""
    found = get_object_or_404(own_batches(request.user).select_related("unit", "cycle__scheme", "released_by"), pk=pk)
    return served(minutes(found, request.user), f"{_('Minutes')} {found.document}")


def _act(request: HttpRequest, found: Batch, form: BatchForm) -> HttpResponse:
    """Save the papers and the choice of decisions; with ``do=release`` release at once what was saved."""
    chosen = keys(request.POST.getlist("decision"))
    try:
        workflow.revise(found, **form.cleaned_data, decided=chosen, by=request.user)
        if request.POST.get("do") == "release":
            workflow.release(found, by=request.user)
            messages.success(request, _("Released. The public notice has begun, and everybody has been told."))
        else:
            messages.success(request, _("Saved, not released."))
    except Incomplete as refused:
        messages.error(request, str(refused))
    except WrongState as late:
        messages.warning(request, str(late))
    return redirect("review_batch", found.pk)


def _context(found: Batch, form: BatchForm) -> dict:
    last = StarPeriod.objects.on().filter(unit=OuterRef("unit")).values("star")
    chosen = Decision.objects.filter(batch_entry__batch=found)
    if found.state == Batch.State.DRAFT:
        chosen = workflow.waiting(found.cycle, found.unit, found.stage, found)
    decided = list(
        chosen.select_related("unit", "application__candidacy", "batch_entry")
        .annotate(last_star=Subquery(last))
        .order_by("unit")
    )
    stars = [decision.star for decision in decided]
    context = {
        "batch": found,
        "form": form,
        "decided": decided,
        "counts": [(star, stars.count(star)) for star in sorted(set(stars), reverse=True)],
        "up": sum(d.last_star is not None and d.star > d.last_star for d in decided),
        "below": [d for d in decided if d.star < min(d.application.panel_star, d.application.applied_star)],
        "down": sum(d.last_star is not None and d.star < d.last_star for d in decided),
    }
    if found.state != Batch.State.DRAFT:
        return context | {"days": (found.first_day, found.last_day, found.confirms_on)}
    days = notice_days(timezone.localdate(), found.cycle.scheme.spec.notice_days)
    bench = BENCHES[found.stage]
    left_out = with_sheet_counts(before(bench, [found.unit_id]).filter(cycle=found.cycle_id), bench)
    held = [decision for decision in decided if getattr(decision, "batch_entry", None)]
    spec = found.cycle.scheme.spec
    return context | {
        "hindrances": hindrances(held, spec, found.stage, timezone.localdate()),
        "audience": workflow.audience_of(found, {decision.unit_id for decision in held}),
        "days": days,
        "uncertain": uncertain_years(timezone.localdate(), days.confirms_on),
        "exceptions": list(left_out.order_by("unit")[:EXCEPTIONS_SHOWN]),
    }


def _offices(user: User) -> list[tuple[Bench, list[str]]]:
    found = [
        (bench, sorted({code for verb in ("release", "decide") for code in user.reach(bench.permission(verb))}))
        for bench in BENCHES.values()
    ]
    found = [(bench, codes) for bench, codes in found if codes]
    if not found:
        raise Http404
    return found


def _waiting(bench: Bench, codes: list[str]) -> list[Waiting]:
    """By cycle and office: the decisions that are in no batch."""
    free = Decision.objects.filter(
        below_any(codes, "unit_id"), origin=bench.origin, state=Decision.State.DECIDED, batch_entry=None
    )
    counts: dict[tuple[int, str], int] = {}
    for cycle, unit in free.values_list("cycle_id", "unit_id"):
        key = (cycle, unit[: bench.code_length])
        counts[key] = counts.get(key, 0) + 1
    cycles = Cycle.objects.in_bulk({cycle for cycle, _unit in counts}) if counts else {}
    units = Unit.objects.in_bulk({unit for _cycle, unit in counts}) if counts else {}
    return [Waiting(cycles[cycle], units[unit], bench, count) for (cycle, unit), count in sorted(counts.items())]
