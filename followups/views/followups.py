"""The list of follow-ups, one of them, and the steps that people take with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from accounts.models import User
from accounts.prepared import asked, asked_or_404
from accounts.together import asked_together
from followups import exports, workflow
from followups.forms import FollowUpFilterForm, HandOnForm, ReportForm, SendBackForm
from followups.history import history_of
from followups.listed import SHOWN, shown
from followups.models import STEPS, FollowUp, FollowUpFile
from followups.models.followup import VIEW
from records.confirming import carry_out
from records.excel_export import as_workbook
from records.files import serve
from records.lifecycle import Step
from records.offered_steps import offered
from records.openable import openable
from records.step_forms import ReasonForm

ROWS = 50
PEOPLE = ("unit", "responsible_unit", "checker_unit", "person", "escalated_to", "reported_by", "closed_by")
DONE = {
    "progress_followup": _("Your report on the progress is kept."),
    "report_followup": _("Reported. Thank you."),
    "accept_followup": _("Accepted and closed."),
    "send_back_followup": _("Sent back. Those responsible have been told."),
    "hand_on_followup": _("Handed on."),
    "cancel_followup": _("Closed as no longer needed."),
}


@permission_or_404(VIEW)
def followups(request: HttpRequest) -> HttpResponse:
    """Follow-ups in scope, what is due first at the top."""
    form = FollowUpFilterForm(request.GET, user=request.user)
    found = FollowUp.objects.seen_by(request.user)
    found = form.narrow(found) if form.is_valid() else found.none()
    if book := as_workbook(request, str(_("Follow-ups")), exports.followups(), found.select_related(*PEOPLE)):
        return book
    page = Paginator(found.select_related(*SHOWN), ROWS).get_page(request.GET.get("page"))
    page.object_list = shown(page.object_list)
    return render(request, "followups/followups.html", {"form": form, "page": page})


@permission_or_404(VIEW)
@asked_together
def followup(request: HttpRequest, pk: int) -> HttpResponse:
    """One follow-up: what, whose, until when, what happened, and what may be done next."""
    return _show(request, _seen_or_404(request, pk), {})


@permission_or_404(VIEW)
@require_safe
def proof(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """A file that proves what was done."""
    one = get_object_or_404(_seen_or_404(request, pk).files.select_related("file"), pk=file)
    return serve(one.file, request.GET.get("as", ""))


@permission_or_404(VIEW)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    one = _seen_or_404(request, pk)
    if verb not in DONE:
        raise Http404
    form = _form(request, one, STEPS[verb], bound=True)
    tried = carry_out(
        request,
        _key(verb, one),
        form,
        lambda shown: _act(verb, one, form, request, shown),
        done=lambda: FollowUp.objects.exclude(state=one.State.OPEN).filter(pk=pk).first(),
    )
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect("followup", pk)
    return _show(request, _seen_or_404(request, pk), {verb: form}, tried.status)


def _act(verb: str, one: FollowUp, form: Form, request: HttpRequest, shown: Any) -> FollowUp:
    given: dict[str, Any] = {"by": request.user, "expected": shown}
    acts: dict[str, Callable[[], FollowUp]] = {
        "progress_followup": lambda: workflow.report_progress(one, **form.cleaned_data, **given),
        "report_followup": lambda: workflow.report_done(one, **form.cleaned_data, **given),
        "accept_followup": lambda: workflow.accept(one, **given),
        "send_back_followup": lambda: workflow.send_back(one, **form.given, **given),
        "hand_on_followup": lambda: workflow.hand_on(one, form.chosen, reason=form.cleaned_data["reason"], **given),
        "cancel_followup": lambda: workflow.cancel(one, **form.cleaned_data, **given),
    }
    return acts[verb]()


def _form(request: HttpRequest, one: FollowUp, taken: Step, *, bound: bool) -> Form:
    data = (request.POST, request.FILES) if bound else ()
    match taken.verb:
        case "progress_followup":
            return ReportForm(*data, auto_id="progress_%s")
        case "report_followup":
            return ReportForm(*data, initial={"report": one.report})
        case "accept_followup":
            return Form(*data)
        case "send_back_followup":
            return SendBackForm(*data)
        case "hand_on_followup":
            return HandOnForm(*data, followup=one, user=request.user)
    return ReasonForm(*data)


def _show(request: HttpRequest, one: FollowUp, refused: dict[str, Form], status: int = 200) -> HttpResponse:
    link = next(iter(openable(request.user, [one.link])), "")
    context = {
        "followup": one,
        "link": link,
        "history": history_of(one),
        "files": asked(_files, request.user, one.pk),
        "steps": offered(
            request.user,
            workflow.available(request.user, one),
            one.pk,
            workflow.standing_of(one),
            form=lambda taken: _form(request, one, taken, bound=False),
            refused=refused,
        ),
        "signer_reports": one.state == one.State.OPEN
        and workflow.only_signer_reports_done(request.user, one)
        and workflow.is_responsible(request.user, one),
        "done_elsewhere": one.spec.own_steps and one.closed_at is None and link,
    }
    return render(request, "followups/followup.html", context, status=status)


def _seen_or_404(request: HttpRequest, pk: int) -> FollowUp:
    return asked_or_404(_seen, request.user, pk)


def _seen(user: User, pk: int) -> QuerySet[FollowUp]:
    return FollowUp.objects.seen_by(user).filter(pk=pk).select_related(*PEOPLE)


def _files(_user: User, pk: int) -> QuerySet[FollowUpFile]:
    return FollowUpFile.objects.filter(followup=pk).select_related("file")


def _key(verb: str, one: FollowUp) -> str:
    return f"{verb}:{one.pk}"
