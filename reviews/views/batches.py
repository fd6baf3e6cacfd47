"""Batches of a deciding office: prepared after a meeting, released together."""

from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.contrib.postgres.expressions import ArraySubquery
from django.core.paginator import Paginator
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.fields import DayField
from accounts.models import User
from accounts.working_days import notice_days, uncertainty
from ratings.models import Cycle, Decision, StarPeriod
from ratings.presenters.star_bars import pieces
from records import previews
from records.confirming import confirming_sent, not_taken
from records.documents import served
from records.excel_export import as_workbook
from records.numbers import keys
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from reviews import exports
from reviews.decisions.visibility import own_batches
from reviews.models import Batch, BatchEntry
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel
from reviews.presenters.minutes import WHY, exceptions, minutes
from reviews.presenters.verdicts import verdicts
from reviews.workflow import batches as workflow
from reviews.workflow.checks import hindrances
from villages.forms.township_filter import TownshipFilterForm
from villages.models import Unit, below_any

PER_PAGE = 30
KNOWN = ("met_on", "document", "minutes", "decision", "do", "key")


class BatchForm(forms.Form):
    """The meeting's documents, and the decisions to release with them."""

    met_on = DayField(label=gettext_lazy("Meeting held on"))
    document = forms.CharField(label=gettext_lazy("Document number"), max_length=100)
    minutes = forms.CharField(
        label=gettext_lazy("Minutes"), required=False, widget=forms.Textarea(attrs={"rows": 4}), max_length=20000
    )

    def take(self, refused: Incomplete) -> None:
        """Show what was refused of a field beside it."""
        for name in refused.problems.keys() & self.fields.keys():
            self.add_error(name, refused.problems[name])


@dataclass
class WaitingDecisions:
    """The decisions of one office that are waiting for release, and the form that collects them."""

    cycle: Cycle
    unit: Unit
    review_level: ReviewLevel
    decisions: list[Decision]
    form: BatchForm | None = None

    @property
    def place(self) -> tuple[int, str, str]:
        return self.cycle.pk, self.unit.code, self.review_level.stage


@login_required
def batches(request: HttpRequest) -> HttpResponse:
    """The office's batches, newest first, and the decisions for the next one."""
    return _listed(request)


def _listed(
    request: HttpRequest, place: tuple[int, str, str] | None = None, sent: BatchForm | None = None
) -> HttpResponse:
    """``sent``: the form of ``place`` that was refused; on a page of its own where nothing waits there any more."""
    offices = _offices(request.user)
    batches = own_batches(request.user).select_related("unit", "cycle__scheme").annotate(size=Count("entries"))
    batches = batches.order_by("-pk")
    reach = sorted({code for _bench, codes in offices for code in codes})
    narrow = TownshipFilterForm(request.GET, codes=reach)
    if narrow.asks:
        named = narrow.narrow(Decision.objects.filter(below_any(reach, "unit_id")))
        batches = batches.filter(pk__in=BatchEntry.objects.filter(decision__in=named).values("batch"))
    if book := as_workbook(request, _("Batches"), exports.batches(), batches):
        return book
    waiting = [one for review_level, codes in offices for one in _waiting(review_level, codes)]
    if sent and place not in [one.place for one in waiting]:
        not_taken(request, previews.MOVED_ON)
        return redirect("review_batches")
    for number, one in enumerate(waiting):
        mine = sent if one.place == place else None
        one.form = mine or BatchForm(initial={"met_on": timezone.localdate()}, auto_id=f"batch{number}_%s")
    return render(
        request,
        "reviews/decisions/batches.html",
        {
            "page": Paginator(batches, PER_PAGE).get_page(request.GET.get("page")),
            "filter": narrow,
            "waiting": waiting,
            "may_release": any(
                request.user.reach(review_level.permission("release")) for review_level, _codes in offices
            ),
        },
        status=400 if sent else 200,
    )


@login_required
@require_POST
def prepare(request: HttpRequest, cycle: int, unit: str, stage: str) -> HttpResponse:
    if stage not in REVIEW_LEVELS:
        raise Http404
    codes = request.user.reach(REVIEW_LEVELS[stage].permission("release"))
    place = get_object_or_404(Unit.objects.within_any(codes), pk=unit)
    rated_cycle = get_object_or_404(Cycle.objects.reaching([unit]).select_related("scheme"), pk=cycle)
    form = BatchForm(request.POST, auto_id="sent_%s")
    try:
        if not form.is_valid():
            return _listed(request, (cycle, unit, stage), form)
        batch = workflow.prepare(rated_cycle, place, stage, **form.cleaned_data, by=request.user)
    except Incomplete as refused:
        form.take(refused)
        return _listed(request, (cycle, unit, stage), form)
    messages.success(request, _("Collected in a batch, not released."))
    return redirect("review_batch", batch.pk)


@login_required
def batch(request: HttpRequest, pk: int) -> HttpResponse:
    """One batch: its decisions, who is left out and why, and the button that releases it."""
    seats = workflow.reviewed(OuterRef("cycle"), OuterRef("unit"), OuterRef("stage"))
    mine = own_batches(request.user).annotate(seated=ArraySubquery(seats))
    batch = get_object_or_404(mine.select_related("unit", "cycle__scheme", "released_by"), pk=pk)
    may_release = request.user.has_perm(REVIEW_LEVELS[batch.stage].permission("release"), batch.unit)
    form = BatchForm(request.POST or None, initial={f: getattr(batch, f) for f in BatchForm.base_fields})
    if request.method != "POST":
        return _shown(request, batch, form, may_release)
    if not may_release:
        raise Http404
    try:
        refuse_unknown_fields(request.POST, KNOWN)
        if not form.is_valid():
            return _shown(request, batch, form, may_release, status=400)
        _act(request, batch, form)
    except Incomplete as refused:
        form.take(refused)
        messages.error(request, str(refused))
        return _shown(request, batch, form, may_release, status=400)
    except WrongState as late:
        batch.refresh_from_db()
        if batch.state == Batch.State.DRAFT:
            messages.warning(request, str(late))
            _say_saved(request, batch, form)
            return _shown(request, batch, form, may_release, status=409)
        not_taken(request, late)
    return redirect("review_batch", batch.pk)


@login_required
def batch_minutes(request: HttpRequest, pk: int) -> HttpResponse:
    """The minutes as a document to sign, for those who see the batch."""
    batch = get_object_or_404(own_batches(request.user).select_related("unit", "cycle__scheme", "released_by"), pk=pk)
    return served(minutes(batch, request.user), f"{_('Minutes')} {batch.document}")


def _act(request: HttpRequest, batch: Batch, form: BatchForm) -> None:
    """Save the documents and the choice of decisions; with ``do=release`` release it, if it matches what the
    page showed."""
    chosen, papers = keys(request.POST.getlist("decision")), form.cleaned_data
    if request.POST.get("do") != "release":
        with suppress(previews.AlreadyDone), confirming_sent(request, _step(batch)) as shown:
            workflow.require_draft(batch, shown, by=request.user)
            workflow.revise(batch, **papers, decided=chosen, by=request.user)
        messages.success(request, _("Saved, not released."))
        return
    try:
        released = _release(request, batch, papers, chosen)
    except previews.AlreadyDone:
        batch.refresh_from_db()
        released = batch.state != Batch.State.DRAFT
    except WrongState:
        batch.refresh_from_db()
        if not _released_as(batch, papers, chosen, request.user):
            raise
        released = True
    if released:
        messages.success(request, _("Released. The public notice has begun, and everybody has been told."))
    else:
        messages.warning(request, _("Your choice is saved, not released: please look at what would be released now."))


@transaction.atomic
def _release(request: HttpRequest, batch: Batch, papers: dict[str, Any], chosen: set[int]) -> bool:
    """Release what the page showed; where other decisions were chosen meanwhile, save these and show them first."""
    with confirming_sent(request, _step(batch)) as shown:
        workflow.require_standing(batch, shown, by=request.user)
        workflow.revise(batch, **papers, decided=chosen, by=request.user)
        if chosen != set(shown["decisions"]):
            return False
        workflow.release(batch, by=request.user)
    return True


def _released_as(batch: Batch, papers: dict[str, Any], chosen: set[int], by: User) -> bool:
    """Whether ``by`` has released exactly this: a second click gets the same response."""
    return (
        batch.state != Batch.State.DRAFT
        and batch.released_by_id == by.pk
        and all(getattr(batch, name) == given for name, given in papers.items())
        and set(batch.entries.values_list("decision_id", flat=True)) == chosen
    )


def _say_saved(request: HttpRequest, batch: Batch, form: BatchForm) -> None:
    """What a colleague has saved meanwhile is in none of the fields: they hold what was typed."""
    papers = (batch.met_on.isoformat(), batch.document, batch.minutes)
    saved = [value for name, value in zip(BatchForm.base_fields, papers, strict=True) if form[name].value() != value]
    held = dict(batch.entries.order_by("decision__unit").values_list("decision", "decision__unit__name"))
    if held.keys() != keys(request.POST.getlist("decision")):
        saved.append("、".join(held.values()))
    if saved:
        messages.warning(request, _("What is saved now: %s") % " · ".join(saved))


def _step(batch: Batch) -> str:
    return f"release:batch:{batch.pk}"


def _shown(
    request: HttpRequest, batch: Batch, form: BatchForm, may_release: bool, *, status: int = 200
) -> HttpResponse:
    """The page as it is now, with the input kept; a release that it offers is kept under its key."""
    context = _context(request.user, batch, form) | {"may_release": may_release}
    if request.method == "POST":
        context["ticked"] = keys(request.POST.getlist("decision"))
    if batch.state == Batch.State.DRAFT and may_release:
        kept = request.POST.get("key", "") if status == 400 else ""
        context["key"] = kept or previews.keep(request.user, _step(batch), context["standing"])
    return render(request, "reviews/decisions/batch.html", context, status=status)


def _context(user: User, batch: Batch, form: BatchForm) -> dict:
    last = StarPeriod.objects.on().filter(unit=OuterRef("unit")).values("star")
    chosen = Decision.objects.filter(batch_entry__batch=batch)
    if batch.state == Batch.State.DRAFT:
        chosen = workflow.waiting(batch.cycle, batch.unit, batch.stage, batch)
    decided = list(
        chosen.select_related("unit", "application__candidacy", "batch_entry")
        .annotate(last_star=Subquery(last))
        .order_by("unit")
    )
    draft = batch.state == Batch.State.DRAFT
    held = [decision for decision in decided if getattr(decision, "batch_entry", None)]
    stars = [decision.star for decision in held]
    met = {decision.pk: decision for decision in held if decision.origin == REVIEW_LEVELS[batch.stage].origin}
    reached = verdicts(batch, met.values())
    for one in reached:
        met[one.decision.pk].verdict = one
    context = {
        "batch": batch,
        "form": form,
        "decided": decided,
        "held": held,
        "spread": [
            (_("This batch"), pieces(stars)),
            (_("Stars until now"), pieces(decision.last_star for decision in held)),
        ],
        "ticked": {decision.pk for decision in held},
        "counts": [(star, stars.count(star)) for star in sorted(set(stars), reverse=True)],
        "up": sum(d.last_star is not None and d.star > d.last_star for d in held),
        "below": [one.decision for one in reached if one.is_lower],
        "down": sum(d.last_star is not None and d.star < d.last_star for d in held),
        "exceptions": [(one, WHY[one.then]) for one in exceptions(batch)],
    }
    if not draft:
        return context | {"days": (batch.first_day, batch.last_day, batch.confirms_on)}
    spec, today = batch.scheme.spec, timezone.localdate()
    days = notice_days(today, spec.notice_days)
    audience = workflow.audience_of(batch, user, {decision.unit_id for decision in held}, batch.seated)
    of_today = all(timezone.localdate(decision.decided_at) == today for decision in held)
    judged = [one.ceiling.allowed for one in reached] if of_today else None
    return context | {
        "hindrances": hindrances(held, spec, batch.stage, today, judged),
        "audience": audience,
        "standing": workflow.standing(batch, [decision.pk for decision in held], audience),
        "days": days,
        "uncertain": uncertainty(today, days.confirms_on),
    }


def _offices(user: User) -> list[tuple[ReviewLevel, list[str]]]:
    offices = [
        (
            review_level,
            sorted({code for verb in ("release", "decide") for code in user.reach(review_level.permission(verb))}),
        )
        for review_level in REVIEW_LEVELS.values()
    ]
    offices = [(review_level, codes) for review_level, codes in offices if codes]
    if not offices:
        raise Http404
    return offices


def _waiting(review_level: ReviewLevel, codes: list[str]) -> list[WaitingDecisions]:
    """By cycle and office: the decisions that are in no batch."""
    free = Decision.objects.filter(
        below_any(codes, "unit_id"), origin=review_level.origin, state=Decision.State.DECIDED, batch_entry=None
    )
    by_place: dict[tuple[int, str], list[Decision]] = {}
    for one in free.select_related("unit").order_by("unit_id"):
        by_place.setdefault((one.cycle_id, one.unit_id[: review_level.code_length]), []).append(one)
    cycles = Cycle.objects.select_related("scheme").in_bulk({cycle for cycle, _unit in by_place}) if by_place else {}
    units = Unit.objects.in_bulk({unit for _cycle, unit in by_place}) if by_place else {}
    return [
        WaitingDecisions(cycles[cycle], units[unit], review_level, of) for (cycle, unit), of in sorted(by_place.items())
    ]
