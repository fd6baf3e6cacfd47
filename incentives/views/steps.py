"""The steps taken on the page of a policy or fund: as it was shown, or not at all."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.departments import staff
from incentives import workflow
from incentives.forms import AnswerForm, HandOverForm, OpinionForm
from incentives.models import Source
from incentives.models.lifecycle import STEPS, WRITE_OWN
from incentives.views.source import STEPS_OF_PAGE, page_step, show
from incentives.views.sources import seen_source, source_or_404
from incentives.workflow.actions import open_to
from records import previews
from records.confirming import answer_late, confirming_sent
from records.refusals import Incomplete, Refused, refuse_unknown_fields
from records.step_forms import ReasonForm

FORMS = {
    "seek_opinion": ("answer_form", AnswerForm),
    "give_opinion": ("opinion_form", OpinionForm),
    "take_back": ("reason_form", ReasonForm),
    "hand_over": ("handover_form", HandOverForm),
}
FIELDS = {
    "seek_opinion": ["answer"],
    "give_opinion": ["agreed", "number", "opinion"],
    "take_back": ["reason"],
    "hand_over": ["department"],
}
DONE = {
    "seek_opinion": gettext_lazy("The leading-group office has been asked for its opinion."),
    "give_opinion": gettext_lazy("Done. Those who asked have been told."),
    "take_back": gettext_lazy("It is a draft again."),
    "make_effective": gettext_lazy("It is in effect."),
    "hand_over": gettext_lazy("Handed over. The department's people have been told."),
    "grant": gettext_lazy("The amounts are committed, and the units have been told."),
}


@login_required
def step(request: HttpRequest, kind: type[Source], pk: int, verb: str) -> HttpResponse:
    """Take a step and report the result."""
    source = seen_source(request, kind, pk)
    if verb not in STEPS_OF_PAGE:
        raise Http404
    if source is None or not open_to(request.user, STEPS[verb], source):
        return _not_theirs_now(request, kind, pk, verb)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    name, form = _form(verb, request, source)
    try:
        refuse_unknown_fields(request.POST, ["key", *FIELDS.get(verb, [])])
        if form and not form.is_valid():
            raise Incomplete("", form.errors)
        _take(verb, request, source, form.cleaned_data if form else {})
    except previews.AlreadyDone as done:
        source = source_or_404(request, kind, pk)
        if not _led_to(verb, source, request.POST):
            return show_anew(request, source, done, name, form)
    except Refused as refused:
        return show_anew(request, source_or_404(request, kind, pk), refused, name, form)
    return _done(request, kind, pk, verb)


def _form(verb: str, request: HttpRequest, source: Source) -> tuple[str, Any]:
    """The step's form as it was sent, and its name on the page; None where it has none."""
    name, make_form = FORMS.get(verb, ("", None))
    if make_form is HandOverForm:
        return name, HandOverForm(staff(source.unit_id, WRITE_OWN), request.POST)
    return name, make_form(request.POST) if make_form else None


def _done(request: HttpRequest, kind: type[Source], pk: int, verb: str) -> HttpResponse:
    """Lead on to the page; who no longer sees it (a department's draft again), to the list."""
    messages.success(request, DONE[verb])
    return redirect(seen_source(request, kind, pk) or kind.LIST)


def _not_theirs_now(request: HttpRequest, kind: type[Source], pk: int, verb: str) -> HttpResponse:
    """Answer a step that was the reader's when the page was shown: a double click, or somebody was quicker."""
    if previews.find(request.user, page_step(kind, pk), request.POST.get("key", "")) is None:
        raise Http404
    answer_late(request, page_step(kind, pk), DONE[verb])
    return redirect(seen_source(request, kind, pk) or kind.LIST)


def _take(verb: str, request: HttpRequest, source: Source, given: dict[str, Any]) -> None:
    if verb == "give_opinion":
        if request.POST.get("agreed") not in ("0", "1"):
            raise Incomplete(_("Please say whether you agree."))
        given = given | {"agreed": request.POST["agreed"] == "1"}
    with confirming_sent(request, page_step(type(source), source.pk)) as shown:
        take: Callable[..., Any] = getattr(workflow, verb)
        take(source, by=request.user, expected=shown["source"], **given)


def _led_to(verb: str, source: Source, posted: Any) -> bool:
    """Whether ``source`` is in the state that this step leads to: then the step has been taken."""
    state = Source.State
    return {
        "seek_opinion": source.state == state.OPINION_SOUGHT,
        "give_opinion": source.state == (state.FILED if posted.get("agreed") == "1" else state.DRAFT),
        "take_back": source.state == state.DRAFT,
        "make_effective": source.state == state.EFFECTIVE,
        "hand_over": source.written_by == posted.get("department"),
        "grant": source.granted,
    }[verb]


def show_anew(
    request: HttpRequest, source: Source, refused: Refused, name: str = "", form: Any = None, **more: Any
) -> HttpResponse:
    """The page as it is now, with what was typed and why nothing was done."""
    problems = refused.problems if isinstance(refused, Incomplete) else {}
    if form:
        if form.is_valid():
            for field in problems.keys() & form.fields.keys():
                form.add_error(field, problems[field])
        more[name] = form
    if not form or form.is_valid():
        more["refused"] = refused
    return show(request, source, status=400 if isinstance(refused, Incomplete) else 409, **more)
