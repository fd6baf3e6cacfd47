"""Closing a cycle and reversing that: a preview of what it does and to whom, then exactly that or nothing."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from ratings.disclosure import with_shown_state
from ratings.forms.office_forms import ClosingForm, ReversalForm
from ratings.models import Cycle
from ratings.views.cycle import State, managed
from ratings.workflow import closing as workflow
from records import previews
from records.confirming import confirming_sent
from records.previews import AlreadyDone
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from records.refused_forms import Refusal
from villages.models import Unit

EXCEPTIONS_SHOWN = 50
LED_TO = {"close": Cycle.State.CLOSED, "reverse": Cycle.State.OPEN}


@login_required
def close(request: HttpRequest, pk: int) -> HttpResponse:
    """Who becomes unrated, what money is claimed back, who stays under review; a confirmation closes the cycle."""
    cycle = managed(request, pk)
    form = ClosingForm(request.POST or None, applying=workflow.applying_until(cycle))
    if request.method == "POST":
        answer = _carry_out(request, cycle, "close", form, partial(workflow.close, cycle, by=request.user))
        if answer is not None:
            return answer
    if cycle.state == Cycle.State.CLOSED:
        return render(request, "ratings/cycle/closed.html", {"cycle": cycle})
    outlook = workflow.foresee(cycle, by=request.user)
    exceptions = with_shown_state(workflow.exceptions(cycle), request.user).select_related("unit").order_by("unit_id")
    shown = [(a, State(a.shown_state).label) for a in exceptions[:EXCEPTIONS_SHOWN]]
    return _shown(request, "ratings/cycle/close.html", cycle, "close", form, outlook, {"exceptions": shown})


@login_required
def reverse_closing(request: HttpRequest, pk: int) -> HttpResponse:
    """Which stars and claims are restored; a confirmation with a reason reverses the closing."""
    cycle = managed(request, pk)
    form = ReversalForm(request.POST or None)
    if request.method == "POST":
        answer = _carry_out(request, cycle, "reverse", form, partial(workflow.reverse, cycle, by=request.user))
        if answer is not None:
            return answer
    try:
        outlook = workflow.foresee_reversal(cycle, by=request.user)
    except WrongState as refused:
        lost = [Refusal.of(form)] if request.POST else []
        context = {"cycle": cycle, "hindrance": str(refused), "refused": lost}
        return render(request, "ratings/cycle/reverse_closing.html", context, status=409 if request.POST else 200)
    return _shown(request, "ratings/cycle/reverse_closing.html", cycle, "reverse", form, outlook, {})


def _step(verb: str, cycle: Cycle) -> str:
    return f"{verb}:closing:{cycle.pk}"


def _carry_out(
    request: HttpRequest, cycle: Cycle, verb: str, form: Any, step: Callable[..., workflow.ClosingOutlook]
) -> HttpResponse | None:
    """Do what was shown under the form's key; None: show it again."""
    if not form.is_valid():
        return None
    try:
        refuse_unknown_fields(request.POST, {*form.fields, "reason", "key"})
        with confirming_sent(request, _step(verb, cycle)) as shown:
            outlook = step(**form.cleaned_data, expected=shown)
    except AlreadyDone as again:
        cycle.refresh_from_db()
        if cycle.state != LED_TO[verb]:
            messages.warning(request, str(again))
            return None
        messages.success(request, _closed_words(None) if verb == "close" else _reversed_words())
    except Incomplete as incomplete:
        form.take(incomplete)
        return None
    except WrongState as refused:
        messages.warning(request, str(refused))
        cycle.refresh_from_db()
        return None
    else:
        messages.success(request, _closed_words(len(outlook.concerned)) if verb == "close" else _reversed_words())
    return redirect("cycle", cycle.pk)


def _closed_words(left_out: int | None) -> str:
    if left_out is None:
        return _("The rating is closed.")
    return (
        ngettext("The rating is closed; %s unit gets no star.", "The rating is closed; %s units get no star.", left_out)
        % left_out
    )


def _reversed_words() -> str:
    return _("The closing has been taken back; those concerned have been notified.")


def _shown(
    request: HttpRequest,
    template: str,
    cycle: Cycle,
    verb: str,
    form: Any,
    outlook: workflow.ClosingOutlook,
    more: dict[str, Any],
) -> HttpResponse:
    claims = [*outlook.new_claims, *outlook.gone_claims]
    names = dict(Unit.objects.filter(code__in=[claim.unit for claim in claims]).values_list("code", "name"))
    context = {
        "cycle": cycle,
        "form": form,
        "key": previews.keep(request.user, _step(verb, cycle), outlook.content),
        "concerned": sorted(outlook.concerned, key=lambda one: (-max(one.before, one.after), one.unit)),
        "losing": sum(one.before > 0 for one in outlook.concerned),
        "regaining": sum(one.after > one.before for one in outlook.concerned),
        "exceptions_all": len(outlook.exceptions),
        "claims": [(names[claim.unit], claim) for claim in claims],
        "back": sum(claim.back for claim in claims),
        "released": sum(claim.released for claim in claims),
    }
    changed = request.method == "POST" and not form.errors
    status = 400 if form.errors else 409 if changed else 200
    return render(request, template, context | more, status=status)
