"""Events for the discipline staff who record them, and proposals for those who settle them."""

from collections.abc import Callable, Iterable

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import needs, reached_or_404
from accounts.standing import by_deputies, deed
from ratings import lists
from ratings.effects import rule_words
from ratings.judging import event_names, events_of, judging_scheme
from ratings.models import Event, Proposal, Scheme
from ratings.proposals import COUNTY, TOWNSHIP, to_settle, with_authority
from ratings.register import acting
from ratings.register_forms import CloseForm, EventFilterForm, EventForm, SettleForm, UnitSearchForm
from ratings.workflow import event as workflow
from records.lists import as_workbook, wanted
from records.refusals import Incomplete, WrongState
from villages.models import Unit

ROWS = 50
FOUND = 20


@needs("ratings.view_event")
def events(request: HttpRequest) -> HttpResponse:
    """Events within reach, the latest first."""
    form = EventFilterForm(request.GET, codes=request.user.reach("ratings.view_event"))
    found = Event.objects.seen_by(request.user).select_related("unit", "reversal")
    found = form.narrow(found) if form.is_valid() else found.none()
    if wanted(request):
        names = event_names(found.order_by().values_list("unit_id", flat=True).distinct())
        return as_workbook(request, _("Events"), lists.events(names), found)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    names = event_names({event.unit_id for event in page})
    for event in page:
        event.name = names.get(event.kind, event.kind)
    may_record = request.user.has_perm("ratings.record_event")
    return render(request, "ratings/events.html", {"form": form, "page": page, "may_record": may_record})


@needs("ratings.record_event")
def choose_unit(request: HttpRequest) -> HttpResponse:
    """To record an event, first find the unit."""
    codes = request.user.reach("ratings.record_event")
    form = UnitSearchForm(request.GET or None)
    units = []
    if form.is_valid():
        units = Unit.objects.within_any(codes).matching(form.cleaned_data["q"])[:FOUND]
    return render(request, "ratings/event_choose_unit.html", {"form": form, "units": units, "most": FOUND})


@needs("ratings.record_event")
def record(request: HttpRequest, code: str) -> HttpResponse:
    """Record an event of a unit."""
    unit = reached_or_404(request.user, "ratings.record_event", Unit.objects.all(), field="code", code=code)
    form = EventForm(request.POST or None, kinds=events_of(judging_scheme(unit, timezone.localdate())))
    if request.method == "POST" and form.is_valid():
        recorded = _tried(request, form, lambda data: workflow.record(unit, by=request.user, **data))
        if recorded:
            messages.success(request, _("Recorded. The register is up to date."))
            return redirect("event", recorded.pk)
    return render(request, "ratings/event_record.html", {"unit": unit, "form": form})


@needs("ratings.view_event")
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, and what each rule of the scheme makes of it."""
    seen = Event.objects.seen_by(request.user).select_related("unit", "recorded_by", "closed_by", "reversal")
    happened = get_object_or_404(seen, pk=pk)
    return _show(request, happened, CloseForm(initial={"on": timezone.localdate()}))


@needs("ratings.record_event")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    happened = _recorded_or_404(request, pk)
    form = CloseForm(request.POST)
    if form.is_valid() and _tried(request, form, lambda data: workflow.close(happened, by=request.user, **data)):
        messages.success(request, _("Closed as rectified. The register is up to date."))
        return redirect("event", pk)
    return _show(request, happened, form)


@needs("ratings.record_event")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    workflow.release(_recorded_or_404(request, pk), by=request.user)
    messages.success(request, _("Released. The register is up to date."))
    return redirect("event", pk)


@needs(TOWNSHIP, COUNTY)
def proposals(request: HttpRequest) -> HttpResponse:
    """What waits to be settled by this person."""
    waiting = to_settle(request.user).select_related("event", "unit", "scheme").order_by("event__on", "pk")
    page = Paginator(waiting, ROWS).get_page(request.GET.get("page"))
    names = event_names({proposal.unit_id for proposal in page})
    for proposal in page:
        proposal.event_name = names.get(proposal.event.kind, proposal.event.kind)
    return render(request, "ratings/event_proposals.html", {"page": page})


@needs(TOWNSHIP, COUNTY)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline what a rule proposes. Who may not settle it finds nothing."""
    proposal = _proposal_or_404(request, pk)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        confirm = "confirm" in request.POST
        if _tried(request, form, lambda data: workflow.settle(proposal, confirm=confirm, by=request.user, **data)):
            messages.success(request, _("Confirmed. The register is up to date.") if confirm else _("Declined."))
            return redirect("proposals")
    names = event_names([proposal.unit_id])
    context = {"proposal": proposal, "form": form, "name": names.get(proposal.event.kind, proposal.event.kind)}
    return render(request, "ratings/event_settle.html", context)


def _tried(request: HttpRequest, form: Form, step: Callable[[dict], object]) -> object | None:
    """The result of a step with what was typed, or None with what is missing said beside the fields."""
    try:
        return step(form.cleaned_data)
    except Incomplete as incomplete:
        for field, problem in incomplete.problems.items():
            form.add_error(field, problem)
    except WrongState as refused:
        form.add_error(None, str(refused))
    return None


def _recorded_or_404(request: HttpRequest, pk: int) -> Event:
    events = Event.objects.select_related("unit", "recorded_by", "closed_by", "reversal")
    return reached_or_404(request.user, "ratings.record_event", events, pk=pk)


def _proposal_or_404(request: HttpRequest, pk: int) -> Proposal:
    found = to_settle(request.user).select_related("event", "unit", "scheme")
    return reached_or_404(request.user, "ratings.view_event", found, pk=pk)


def _show(request: HttpRequest, happened: Event, form: CloseForm) -> HttpResponse:
    scheme = judging_scheme(happened.unit, happened.on)
    may_record = request.user.has_perm("ratings.record_event", happened)
    return render(
        request,
        "ratings/event.html",
        {
            "event": happened,
            "name": events_of(scheme).get(happened.kind, happened.kind),
            "scheme": scheme,
            "rules": _rules(request, happened, scheme),
            "may_close": may_record and happened.closed is None and not hasattr(happened, "reversal"),
            "may_release": may_record and happened.held,
            "form": form,
        },
    )


def _mark(happened: Event, proposals: Iterable[Proposal]) -> None:
    """Give the event and its proposals ``as_deputy``: whether who recorded or settled them stood in for somebody."""
    deeds = {happened: deed(happened.recorded_by_id, "record_event", happened.unit_id, happened.recorded_at)}
    for one in proposals:
        verb = "confirm_proposal" if one.state == Proposal.State.CONFIRMED else "decline_proposal"
        deeds[one] = deed(one.settled_by_id, verb, one.unit_id, one.settled_at)
    stood_in = by_deputies(deeds.values())
    for one, done in deeds.items():
        one.as_deputy = done in stood_in


def _rules(request: HttpRequest, happened: Event, scheme: Scheme) -> list[dict]:
    """What each rule for this event does, with its proposal or with the days on which it acts."""
    days = {rule: (since, until) for rule, since, until in acting(happened)}
    proposed = {
        p.rule: p for p in with_authority(happened.proposals.filter(scheme=scheme)).select_related("settled_by")
    }
    _mark(happened, proposed.values())
    return [
        {
            "words": rule_words(rule),
            "proposal": proposed.get(nr),
            "automatic": rule.get("automatic", False),
            "days": days.get(nr),
            "may_settle": nr in proposed
            and proposed[nr].state == Proposal.State.OPEN
            and request.user.has_perm(proposed[nr].authority, happened),
        }
        for nr, rule in enumerate(scheme.body.get("rules", []) if scheme else [])
        if rule["event"] == happened.kind
    ]
