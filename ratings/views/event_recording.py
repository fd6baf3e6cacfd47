"""Recording an event: the unit, what happened, what it will do to the star, and only then the record."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.authority import permission_or_404, reached_or_404
from ratings.events.applicable_scheme import events_of, judging_scheme
from ratings.forms.event_forms import EventForm
from ratings.forms.register_forms import UnitSearchForm
from ratings.presenters.event_outlook import in_words
from ratings.workflow import event as workflow
from records import previews
from records.confirming import Tried, carry_out
from records.refusals import Incomplete, WrongState
from villages.models import Unit

FOUND = 20
BUTTONS = ("look", "record", "sure")
"""Sent beside the form's own fields; the tick is asked for only where a word suggests it."""


@permission_or_404("ratings.record_event")
def choose_unit(request: HttpRequest) -> HttpResponse:
    """To record an event, first choose the unit."""
    codes = request.user.reach("ratings.record_event")
    form = UnitSearchForm(request.GET or None)
    units = []
    if form.is_valid():
        units = Unit.objects.within_any(codes).matching(form.cleaned_data["q"])[:FOUND]
    return render(request, "ratings/events/choose_unit.html", {"form": form, "units": units, "most": FOUND})


@permission_or_404("ratings.record_event")
def record(request: HttpRequest, code: str) -> HttpResponse:
    """Look at what an event of a unit would do, then record it as it was shown."""
    unit = reached_or_404(request.user, "ratings.record_event", Unit.objects.all(), field="code", code=code)
    form = EventForm(request.POST or None, kinds=events_of(judging_scheme(unit, timezone.localdate())), unit=unit)
    step, tried = f"record:event:{code}", Tried(None)
    if "record" in request.POST:
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.record(
                form.happening, by=request.user, sure=form.cleaned_data.get("sure", False), expected=shown
            ),
            done=lambda: form.happening.recorded().first(),
            buttons=BUTTONS,
        )
        if tried.made:
            messages.success(request, _("Recorded. The register is up to date."))
            return redirect("event", tried.made.pk)
    context = {"unit": unit, "form": form}
    if request.method == "POST" and form.is_bound:
        context |= _looked(request, unit, form, step)
    status = tried.status if tried.status != 200 or not form.errors else 400
    return render(request, "ratings/events/record.html", context, status=status)


def _looked(request: HttpRequest, unit: Unit, form: EventForm, step: str) -> dict[str, object]:
    """What it would do and the key under which that is kept; nothing where a field is wrong or it may not be."""
    form.is_valid()
    if set(form.errors) - {"__all__", "sure"}:
        return {}
    try:
        ahead = workflow.look_ahead(form.happening, by=request.user)
    except Incomplete as incomplete:
        for field, problem in incomplete.problems.items():
            form.add_error(field, problem)
        return {}
    except WrongState as refused:
        if str(refused) not in form.non_field_errors():
            form.add_error(None, str(refused))
        return {}
    form.ask(ahead.words)
    key = previews.keep(request.user, step, ahead.shown)
    return {"ahead": in_words(ahead.outlook, unit), "key": key, "held": form.cleaned_data["held"]}
