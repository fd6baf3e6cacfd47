"""Events for those who watch them, and proposals for those who settle them (recording: ``event_recording``)."""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached_or_404
from accounts.deputies import authorized_act, by_deputies
from accounts.models import User
from accounts.together import asked_together
from ratings import exports
from ratings.events.applicable_scheme import event_names, events_of, judging_scheme
from ratings.events.effects import rule_words
from ratings.events.forecast import StarForecast
from ratings.events.listed import VIEW, cells, listed, rows, shown
from ratings.events.opened import files_of, opened, person_of, proposals_of, rectification_of, with_people
from ratings.events.proposals import SETTLE, may_settle, to_settle, with_authority
from ratings.forms.event_forms import EventFileForm
from ratings.forms.register_forms import CloseForm, EventFilterForm, SettleForm
from ratings.models import Event, Proposal, Scheme
from ratings.presenters.event_outlook import in_words, shift_words
from ratings.register.rerating import ActingRule, acting
from ratings.workflow import event as workflow
from records import previews
from records.confirming import Tried, answer_late, carry_out, not_taken
from records.excel_export import as_workbook, wanted

ROWS = 50
CLOSED = gettext_lazy("Closed as rectified. The register is up to date.")


@permission_or_404(VIEW)
@asked_together
def events(request: HttpRequest) -> HttpResponse:
    """Events within reach, the latest first."""
    form = EventFilterForm(request.GET, codes=request.user.reach(VIEW))
    found: Sequence[tuple[Any, ...]] | QuerySet = listed(request.user)
    if form.asks or not form.is_valid() or wanted(request):
        events = rows(request.user)
        events = form.narrow(events) if form.is_valid() else events.none()
        if wanted(request):
            names = event_names(events.order_by().values_list("unit_id", flat=True).distinct())
            return as_workbook(request, _("Events"), exports.events(names), events)
        found = cells(events)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    page.object_list = shown(page.object_list)
    may_record = request.user.has_perm("ratings.record_event")
    return render(request, "ratings/events/events.html", {"form": form, "page": page, "may_record": may_record})


@permission_or_404(VIEW)
@asked_together
def event(request: HttpRequest, pk: int) -> HttpResponse:
    """One event, and the result of each rule of the scheme."""
    return _show(request, opened(request.user, pk), _close_form())


def show(request: HttpRequest, pk: int, *, file_form: EventFileForm, status: int) -> HttpResponse:
    """The page of an event again, with a form for a paper that was refused."""
    return _show(request, _recorded_or_404(request, pk), _close_form(), status, file_form=file_form)


def _close_form() -> CloseForm:
    return CloseForm(initial={"on": timezone.localdate()})


@permission_or_404("ratings.record_event")
@require_POST
def close(request: HttpRequest, pk: int) -> HttpResponse:
    happened = _recorded_or_404(request, pk)
    if happened.closed is not None:
        answer_late(request, _step("close", happened), CLOSED)
        return redirect("event", pk)
    form = CloseForm(request.POST)
    closing = form.day_in(happened) if form.is_valid() else None
    if closing and "look" in request.POST:
        return _show(request, happened, form, closing=closing)
    if closing and str(closing) != request.POST.get("looked", str(closing)):
        messages.warning(request, _("It is not closed yet: see what the day that you chose changes, then close it."))
        return _show(request, happened, form, closing=closing)
    tried = carry_out(
        request,
        _step("close", happened),
        form,
        lambda shown: workflow.close(happened, by=request.user, expected=shown, **form.cleaned_data),
        done=lambda: Event.objects.filter(pk=pk).exclude(closed=None).first(),
        buttons=["look", "looked"],
    )
    if tried.made:
        messages.success(request, CLOSED)
        return redirect("event", pk)
    return _show(request, _recorded_or_404(request, pk), form, tried.status, closing=closing)


@permission_or_404("ratings.record_event")
@require_POST
def release(request: HttpRequest, pk: int) -> HttpResponse:
    happened, form = _recorded_or_404(request, pk), Form(request.POST)
    tried = carry_out(
        request,
        _step("release", happened),
        form,
        lambda shown: workflow.release(happened, by=request.user, expected=shown),
        done=lambda: Event.objects.filter(pk=pk, held=False).first(),
    )
    if tried.made:
        messages.success(request, _("Released. The register is up to date."))
        return redirect("event", pk)
    for problem in form.non_field_errors():
        messages.warning(request, problem)
    return _show(request, _recorded_or_404(request, pk), _close_form(), tried.status)


@permission_or_404(*SETTLE)
def proposals(request: HttpRequest) -> HttpResponse:
    """The proposals that wait for this person."""
    waiting = to_settle(request.user).select_related("event", "unit", "scheme").order_by("event__on", "pk")
    page = Paginator(waiting, ROWS).get_page(request.GET.get("page"))
    names = event_names({proposal.unit_id for proposal in page})
    for proposal in page:
        proposal.event_name = names.of(proposal.unit, proposal.event.kind)
    return render(request, "ratings/events/proposals.html", {"page": page})


@permission_or_404(*SETTLE)
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline what a rule proposes. Without permission it is a 404."""
    confirm = "confirm" in request.POST
    if request.method == "POST" and _settled_so(request, pk, confirm):
        return _settled(request, confirm)
    if request.method == "POST" and _settled_meanwhile(request, pk):
        not_taken(request, _("This proposal is settled already, by somebody else or in another window."))
        return redirect("proposals")
    proposal, step, tried = _proposal_or_404(request, pk), f"settle:proposal:{pk}", Tried(None)
    form = SettleForm(request.POST or None)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.settle(
                proposal, confirm=confirm, by=request.user, expected=shown, **form.cleaned_data
            ),
            done=lambda: _settled_so(request, pk, confirm),
            buttons=["confirm", "decline"],
        )
        if tried.made:
            return _settled(request, confirm)
        proposal = _proposal_or_404(request, pk)
    shown = workflow.proposed_on(proposal)
    context = {
        "proposal": proposal,
        "form": form,
        "name": event_names([proposal.unit_id]).of(proposal.unit, proposal.event.kind),
        "shifts": shift_words(shown["shifts"], proposal.unit),
        "key": previews.keep(request.user, step, shown),
    }
    return render(request, "ratings/events/settle.html", context, status=tried.status)


def _settled(request: HttpRequest, confirm: bool) -> HttpResponse:
    messages.success(request, _("Confirmed. The register is up to date.") if confirm else _("Declined."))
    return redirect("proposals")


def _settled_so(request: HttpRequest, pk: int, confirm: bool) -> bool:
    """Whether the sender has settled it in exactly this way: a second click gets the same response."""
    state = Proposal.State.CONFIRMED if confirm else Proposal.State.DECLINED
    said = request.POST.get("reason", "").strip()
    return Proposal.objects.filter(pk=pk, state=state, settled_by=request.user, reason=said).exists()


def _settled_meanwhile(request: HttpRequest, pk: int) -> bool:
    """Whether somebody else with the same authority has settled it."""
    settled = with_authority(Proposal.objects.exclude(state=Proposal.State.OPEN).filter(pk=pk)).first()
    return settled is not None and may_settle(request.user, settled)


def _step(verb: str, happened: Event) -> str:
    return f"{verb}:event:{happened.pk}"


def _recorded_or_404(request: HttpRequest, pk: int) -> Event:
    return reached_or_404(request.user, "ratings.record_event", with_people(Event.objects.all()), pk=pk)


def _proposal_or_404(request: HttpRequest, pk: int) -> Proposal:
    open_proposals = to_settle(request.user).select_related("event", "unit", "scheme")
    return reached_or_404(request.user, "ratings.view_event", open_proposals, pk=pk)


def _show(
    request: HttpRequest,
    happened: Event,
    form: CloseForm,
    status: int = 200,
    *,
    file_form: EventFileForm | None = None,
    closing: date | None = None,
) -> HttpResponse:
    """``closing``: the day for which the page says what closing does (today)."""
    closing = closing or timezone.localdate()
    scheme = judging_scheme(happened.unit, happened.on)
    may_record = request.user.has_perm("ratings.record_event", happened)
    may = {
        "close": workflow.may_close(request.user, happened)
        and not happened.held
        and happened.closed is None
        and not hasattr(happened, "reversal"),
        "release": may_record and happened.held,
    }
    shown = workflow.standing_of(happened, closing) if any(may.values()) else {}
    return render(
        request,
        "ratings/events/event.html",
        {
            "event": happened,
            "name": events_of(scheme).get(happened.kind, happened.kind),
            "scheme": scheme,
            "rules": _rules(request.user, happened, scheme, shown["acts"] if shown else acting(happened)),
            "due": rectification_of(request.user, happened),
            "files": files_of(request.user, happened),
            "file_form": (file_form or EventFileForm()) if may_record else None,
            "person": person_of(request.user, happened) if may_record else None,
            "may_close": may["close"],
            "may_release": may["release"],
            "closing": closing,
            "ahead": in_words(StarForecast(**shown["ahead"]), happened.unit) if may["release"] else None,
            "when_closed": shift_words(shown["shifts"], happened.unit) if may["close"] else [],
            "keys": {
                verb: previews.keep(request.user, _step(verb, happened), shown)
                for verb, allowed in may.items()
                if allowed
            },
            "form": form,
        },
        status=status,
    )


def _mark(happened: Event, proposals: Iterable[Proposal]) -> None:
    """Set ``as_deputy`` on the event and its proposals: whether it was recorded or settled by a deputy."""
    acts = {happened: authorized_act(happened.recorded_by_id, "record_event", happened.unit_id, happened.recorded_at)}
    for one in proposals:
        verb = "confirm_proposal" if one.state == Proposal.State.CONFIRMED else "decline_proposal"
        acts[one] = authorized_act(one.settled_by_id, verb, one.unit_id, one.settled_at)
    stood_in = by_deputies(acts.values())
    for one, done in acts.items():
        one.as_deputy = done in stood_in


def _rules(user: User, happened: Event, scheme: Scheme | None, acts: list[ActingRule]) -> list[dict[str, Any]]:
    """What each rule for this event does, with its proposal or with the days on which it has effect (``acts``)."""
    days = {rule: (since, until) for rule, since, until in acts}
    proposed = {p.rule: p for p in proposals_of(user, happened) if scheme and p.scheme_id == scheme.pk}
    _mark(happened, proposed.values())
    return [
        {
            "words": rule_words(rule),
            "proposal": proposed.get(nr),
            "automatic": rule.get("automatic", False),
            "days": days.get(nr),
            "may_settle": nr in proposed
            and proposed[nr].state == Proposal.State.OPEN
            and may_settle(user, proposed[nr]),
        }
        for nr, rule in enumerate(scheme.body.get("rules", []) if scheme else [])
        if rule["event"] == happened.kind
    ]
