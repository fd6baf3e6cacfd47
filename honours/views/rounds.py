"""The list of rounds, one of them, its terms, its candidates, and the steps that its office takes."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from accounts.models import User
from honours import exports
from honours.candidates import candidates, hindrances, names_for
from honours.forms import CandidateFilterForm, NominationFilterForm, RoundForm
from honours.models import Round
from honours.models.lifecycle import RUN, VIEW
from honours.presenters import RoundPage
from honours.standing import standing_of_round
from honours.workflow import awards, rounds
from honours.workflow.actions import available_round
from incentives.models import RewardPolicy
from records import previews
from records.confirming import answer_late, carry_out
from records.excel_export import as_workbook
from records.files import serve
from records.offered_steps import lost, offered
from records.step_forms import DocumentForm, ReasonForm
from villages.models import Unit

ROWS = 50
DONE = {
    "open_round": gettext_lazy("The round is open. The villages that meet its conditions have been told."),
    "ask_departments": gettext_lazy("The list is closed. The departments have been asked."),
    "publish_round": gettext_lazy("The list is under public notice."),
    "name_villages": gettext_lazy("The villages have been named."),
    "cancel_round": gettext_lazy("The round has been cancelled."),
}


@permission_or_404(VIEW)
def all_rounds(request: HttpRequest) -> HttpResponse:
    """The rounds around the reader's place, the latest first."""
    shown = Round.objects.seen_by(request.user).select_related("unit")
    if book := as_workbook(request, _("Model villages"), exports.rounds(), shown):
        return book
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    return render(request, "honours/rounds.html", {"page": page, "may_draft": bool(request.user.reach(RUN))})


@permission_or_404(RUN)
def new(request: HttpRequest) -> HttpResponse:
    """Draft a round of one's own place."""
    place = get_object_or_404(Unit, code=sorted(request.user.reach(RUN))[0])
    form, status = RoundForm(request.POST or None, request.FILES or None, unit=place), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"draft_round:{place.code}",
            form,
            lambda _shown: rounds.draft(place, by=request.user, **form.terms),
            done=lambda: Round.objects.filter(drafted_by=request.user).order_by("-pk").first(),
        )
        if tried.made:
            messages.success(request, _("The draft is saved."))
            return redirect("honour_round", tried.made.pk)
        status = tried.status
    key = previews.keep(request.user, f"draft_round:{place.code}", {})
    return render(request, "honours/edit.html", {"place": place, "form": form, "key": key}, status=status)


@permission_or_404(RUN)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change the terms of a draft."""
    one = _seen_or_404(request.user, pk)
    if not request.user.has_perm(RUN, one):
        raise Http404
    if one.state != Round.State.DRAFT:
        answer_late(request, f"revise_round:{pk}", _("The draft is saved."))
        return redirect("honour_round", pk)
    form, status = RoundForm(request.POST or None, request.FILES or None, unit=one.unit, round=one), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"revise_round:{pk}",
            form,
            lambda shown: rounds.revise(one, by=request.user, expected=shown, **form.terms),
            done=lambda: one,
        )
        if tried.made:
            messages.success(request, _("The draft is saved."))
            return redirect("honour_round", pk)
        one, status = _seen_or_404(request.user, pk), tried.status
    key = previews.keep(request.user, f"revise_round:{pk}", standing_of_round(one))
    context = {"place": one.unit, "round": one, "form": form, "key": key}
    return render(request, "honours/edit.html", context, status=status)


@permission_or_404(VIEW)
def one_round(request: HttpRequest, pk: int) -> HttpResponse:
    """What is asked, who has been nominated in the reader's scope, and what may be done next."""
    one = _seen_or_404(request.user, pk)
    page = RoundPage(one, request.user)
    if book := as_workbook(
        request, one.name, exports.nominations(), NominationFilterForm(request.GET).narrow(page.nominations)
    ):
        return book
    return show(request, one, {}, page=page)


@permission_or_404(VIEW)
@require_safe
def basis_file(request: HttpRequest, pk: int) -> FileResponse:
    """The document that the round rests on."""
    one = _seen_or_404(request.user, pk)
    if one.basis_file is None:
        raise Http404
    return serve(one.basis_file, request.GET.get("as", ""))


@permission_or_404(RUN)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    if verb not in DONE:
        raise Http404
    one = _seen_or_404(request.user, pk)
    if not request.user.has_perm(RUN, one):
        raise Http404
    form = _form(verb, request)
    tried = carry_out(
        request, f"{verb}:{pk}", form, lambda shown: _act(verb, one, form, request.user, shown), done=lambda: one
    )
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect("honour_round", pk)
    return show(request, _seen_or_404(request.user, pk), {verb: form}, tried.status)


@permission_or_404(RewardPolicy.MANAGE)
@require_POST
def award(request: HttpRequest, pk: int) -> HttpResponse:
    """Draft the policy by which the reader's county pays the award."""
    one = _seen_or_404(request.user, pk)
    held = [code for code in request.user.reach(RewardPolicy.MANAGE) if code.startswith(one.unit_id)]
    county = get_object_or_404(Unit, code__in=held[:1])
    form = Form(request.POST)
    tried = carry_out(
        request,
        f"draft_award:{pk}",
        form,
        lambda _shown: awards.draft_award(one, county, by=request.user),
        done=lambda: awards.policy_of(one, county),
    )
    if tried.made:
        messages.success(request, _("The award is drafted as a reward policy: check it and seek the opinion on it."))
        return redirect(tried.made)
    return show(request, one, {"award": form}, tried.status)


@permission_or_404(VIEW)
def candidate_list(request: HttpRequest, pk: int) -> HttpResponse:
    """Village by village in the reader's scope: whether it meets the conditions and, if not, why."""
    one = _seen_or_404(request.user, pk)
    form = CandidateFilterForm(request.GET, user=request.user)
    units = candidates(one).within_any(request.user.reach(VIEW))
    shown = list(form.narrow(units)) if form.is_valid() else []
    names = names_for(request.user, one, shown[0].code) if shown else {}
    for unit in shown:
        unit.reasons = hindrances(one, unit, names)
    met = sum(not unit.reasons for unit in shown)
    if form.is_valid() and (wanted := form.cleaned_data["meets"]):
        shown = [unit for unit in shown if bool(unit.reasons) == (wanted == "no")]
    if book := as_workbook(request, _("Candidate villages"), exports.candidates(), shown):
        return book
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    context = {"round": one, "form": form, "page": page, "met": met}
    return render(request, "honours/candidates.html", context)


def show(
    request: HttpRequest, one: Round, refused: dict[str, Form], status: int = 200, page: RoundPage | None = None
) -> HttpResponse:
    page, shown = page or RoundPage(one, request.user), standing_of_round(one)
    steps = available_round(request.user, one)
    checks = _check_rows(request.user, page, refused)
    shown_again = {taken.verb for taken in steps} | {row["step"] for row in checks}
    chosen = NominationFilterForm(request.GET)
    context: dict[str, Any] = {
        "round": one,
        "page": page,
        "filter": chosen,
        "counts": chosen.counts_of(page.nominations),
        "rows": Paginator(chosen.narrow(page.nominations), ROWS).get_page(request.GET.get("page")),
        "steps": offered(request.user, steps, one.pk, shown, form=lambda taken: _form(taken.verb), refused=refused),
        "refused": lost(refused, shown_again),
        "checks": checks,
        "award_key": previews.keep(request.user, f"draft_award:{one.pk}", {}) if page.may_draft_award else "",
    }
    return render(request, "honours/round.html", context, status=status)


def lapse_step(round: Round, county: str, number: int) -> str:
    """The step of one row: going on without one department of one county."""
    return f"note_lapse:{round.pk}:{county}:{number}"


def _check_rows(user: User, page: RoundPage, refused: dict[str, Form]) -> list[dict[str, Any]]:
    """The lines of the joint check; those that may be gone on without have each a form with its own key."""
    steps = [lapse_step(page.round, line.county.pk, line.number) for line in page.checks]
    open_ones = [step for step, line in zip(steps, page.checks, strict=True) if page.may_lapse(line)]
    keys = previews.keep_all(user, open_ones)
    return [
        {
            "line": line,
            "step": step if step in keys else "",
            "key": keys.get(step, ""),
            "form": refused.get(step) or ReasonForm(auto_id=f"lapse{line.county.pk}_{line.number}_%s"),
            "opened": step in refused,
        }
        for step, line in zip(steps, page.checks, strict=True)
    ]


def _form(verb: str, request: HttpRequest | None = None) -> Form:
    data = (request.POST,) if request else ()
    kind = {"cancel_round": ReasonForm, "name_villages": DocumentForm}.get(verb, Form)
    return kind(*data, auto_id=f"{verb}_%s")


def _act(verb: str, one: Round, form: Form, user: User, shown: Any) -> Any:
    acts: dict[str, Callable[..., Any]] = {
        "open_round": rounds.open_,
        "ask_departments": rounds.ask_departments,
        "publish_round": rounds.publish,
        "name_villages": rounds.name,
        "cancel_round": rounds.cancel,
    }
    return acts[verb](one, by=user, expected=shown, **form.cleaned_data)


def _seen_or_404(user: User, pk: int) -> Round:
    return get_object_or_404(Round.objects.seen_by(user).select_related("unit", "basis_file", "named_by"), pk=pk)
