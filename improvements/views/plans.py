"""The list of improvement plans, one of them, and the steps that people take with it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Case, When
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from improvements import exports, workflow
from improvements.forms import (
    DoneForm,
    DraftForm,
    FindingForm,
    PlanFilterForm,
    ProgressForm,
    counts_of,
)
from improvements.listed import shown
from improvements.models import STEPS, Plan, ProgressFile
from improvements.models.lifecycle import DRAW_UP, HELP, VIEW
from improvements.presenters import PlanPage
from improvements.standing import standing_of
from records import previews
from records.confirming import answer_late, carry_out
from records.excel_export import as_workbook
from records.files import serve
from records.lifecycle import Step
from records.offered_steps import lost, offered
from records.step_forms import ReasonForm

ROWS = 50
DRAWN_UP = gettext_lazy("The draft is saved.")
DONE = {
    "propose_plan": gettext_lazy("Sent to village, helper unit and township for agreement."),
    "agree_plan": gettext_lazy("You have agreed to the plan."),
    "decline_plan": gettext_lazy("The township's office has been asked for changes."),
    "progress_plan": gettext_lazy("Your report on the progress is kept."),
    "report_plan": gettext_lazy("Reported. The county checks the plan."),
    "pass_plan": gettext_lazy("The plan has passed its check."),
    "send_back_plan": gettext_lazy("Sent back. Those concerned have been told."),
    "cancel_plan": gettext_lazy("Closed as no longer needed."),
}


@permission_or_404(VIEW, HELP)
def plans(request: HttpRequest) -> HttpResponse:
    """The plans that the reader may see: what is due first at the top, what is over at the end."""
    form = PlanFilterForm(request.GET, user=request.user)
    seen = Plan.objects.seen_by(request.user)
    chosen = form.narrow(seen) if form.is_valid() else seen.none()
    found = form.by_state(chosen) if form.is_valid() else chosen
    found = found.select_related("unit", "decision", "person").with_outcome()
    found = found.order_by(Case(When(closed_at=None, then=0), default=1), *Plan._meta.ordering)
    if book := as_workbook(request, _("Improvement plans"), exports.plans(), found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    page.object_list = shown(page.object_list)
    return render(request, "improvements/plans.html", {"form": form, "page": page, "counts": counts_of(chosen)})


@permission_or_404(VIEW, HELP)
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """One plan: problems, measures, who agreed, what was done, and what may be done next."""
    return _show(request, _seen_or_404(request, pk), {})


@permission_or_404(VIEW, HELP)
@require_safe
def progress_file(request: HttpRequest, pk: int, file: int) -> FileResponse:
    """A photo or paper of the progress."""
    one = _seen_or_404(request, pk)
    kept = get_object_or_404(ProgressFile.objects.select_related("file"), pk=file, progress__plan=one)
    return serve(kept.file, request.GET.get("as", ""))


@permission_or_404(DRAW_UP)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Draw the plan up: measures for its problems, helper unit, money, day."""
    one = _seen_or_404(request, pk)
    if not request.user.has_perm(DRAW_UP, one):
        raise Http404
    if one.state not in STEPS["draw_up_plan"].states:
        answer_late(request, f"draw_up_plan:{pk}", DRAWN_UP)
        return redirect("plan", pk)
    form, status = DraftForm(request.POST or None, plan=one), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"draw_up_plan:{pk}",
            form,
            lambda shown: workflow.draw_up(one, form.terms, by=request.user, expected=shown),
            done=lambda: one,
        )
        if tried.made:
            messages.success(request, DRAWN_UP)
            return redirect("plan", pk)
        one, status = _seen_or_404(request, pk), tried.status
    key = previews.keep(request.user, f"draw_up_plan:{pk}", standing_of(one))
    context = {"plan": one, "form": form, "key": key, "page": PlanPage(one, request.user)}
    return render(request, "improvements/edit.html", context, status=status)


@permission_or_404(VIEW, HELP)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    if verb not in DONE:
        raise Http404
    one = _seen(request, pk)
    if one is None:
        return _out_of_sight(request, pk, verb)
    form = _form(request, one, STEPS[verb], bound=True)
    tried = carry_out(
        request, _key(verb, pk), form, lambda shown: _act(verb, one, form, request, shown), done=lambda: one
    )
    if tried.made:
        return _done(request, pk, verb)
    return _show(request, _seen_or_404(request, pk), {verb: form}, tried.status)


def _done(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Lead on to the plan; a helper unit that asked for changes no longer sees it, and goes to its list."""
    messages.success(request, DONE[verb])
    return redirect("plan", pk) if _seen(request, pk) else redirect("plans")


def _out_of_sight(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Answer a step from a page whose plan the reader no longer sees: a double click, or somebody was quicker."""
    if previews.find(request.user, _key(verb, pk), request.POST.get("key", "")) is None:
        raise Http404
    answer_late(request, _key(verb, pk), DONE[verb])
    return redirect("plans")


def _act(verb: str, one: Plan, form: Form, request: HttpRequest, shown: Any) -> Plan:
    given: dict[str, Any] = {"by": request.user, "expected": shown} | form.cleaned_data
    acts: dict[str, Callable[..., Plan]] = {
        "propose_plan": workflow.propose,
        "agree_plan": workflow.agree,
        "decline_plan": workflow.decline,
        "progress_plan": workflow.report_progress,
        "report_plan": workflow.report_done,
        "pass_plan": workflow.pass_check,
        "send_back_plan": workflow.send_back,
        "cancel_plan": workflow.cancel,
    }
    return acts[verb](one, **given)


def _form(request: HttpRequest, one: Plan, taken: Step, *, bound: bool) -> Form:
    data = (request.POST, request.FILES) if bound else ()
    name = {"auto_id": f"{taken.verb}_%s"}
    match taken.verb:
        case "progress_plan":
            return ProgressForm(*data, plan=one, **name)
        case "report_plan":
            return DoneForm(*data, **name)
        case "pass_plan":
            return FindingForm(*data, **name)
        case "decline_plan" | "send_back_plan" | "cancel_plan":
            return ReasonForm(*data, **name)
    return Form(*data, **name)


def _show(request: HttpRequest, one: Plan, refused: dict[str, Form], status: int = 200) -> HttpResponse:
    missing = workflow.missing_of(one) if one.state == one.State.DRAFT and request.user.has_perm(DRAW_UP, one) else []
    steps = [taken for taken in workflow.available(request.user, one) if not (missing and taken.verb == "propose_plan")]
    context = {
        "plan": one,
        "page": PlanPage(one, request.user),
        "missing": missing,
        "steps": offered(
            request.user,
            steps,
            one.pk,
            standing_of(one),
            form=lambda taken: _form(request, one, taken, bound=False),
            refused=refused,
        ),
        "refused": lost(refused, {taken.verb for taken in steps}),
    }
    return render(request, "improvements/plan.html", context, status=status)


def _seen(request: HttpRequest, pk: int) -> Plan | None:
    rows = Plan.objects.seen_by(request.user).with_outcome()
    return rows.select_related("unit", "decision", "person", "checked_by", "drawn_up_by").filter(pk=pk).first()


def _seen_or_404(request: HttpRequest, pk: int) -> Plan:
    if one := _seen(request, pk):
        return one
    raise Http404


def _key(verb: str, plan: int) -> str:
    return f"{verb}:{plan}"
