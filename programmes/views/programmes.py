"""The years of programmes: the list, one of them, and the steps of the office that runs it."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404
from accounts.models import User
from accounts.prepared import asked_or_404
from programmes import exports
from programmes.facts import facts_of, idle_vetoes
from programmes.forms import UntilForm
from programmes.grading import graded
from programmes.models import RUN, VIEW, CycleState, ProgrammeCycle, ProgrammeResult
from programmes.presenters import grade_name, grades_in_words, listed, results_in_words
from programmes.workflow import cycle as workflow
from programmes.workflow.actions import available, standing_of
from ratings.models import Scheme
from records import previews
from records.confirming import carry_out
from records.excel_export import as_workbook
from records.offered_steps import lost
from records.refused_forms import Refusal
from records.step_forms import DocumentForm, ReasonForm
from villages.forms.township_filter import TownshipFilterForm
from villages.models import below_any

ROWS = 50
DONE = {
    "extend_programme": gettext_lazy("Answers are taken longer."),
    "publish_programme": gettext_lazy("The results are published. The units and their offices have been told."),
    "take_back_programme": gettext_lazy("The confirmation is taken back. The programme is open again."),
}
FORMS: dict[str, type[Form]] = {
    "extend_programme": UntilForm,
    "publish_programme": Form,
    "take_back_programme": ReasonForm,
}


@permission_or_404(VIEW)
def all_cycles(request: HttpRequest) -> HttpResponse:
    """The years around the reader's places; for the office that runs programmes, schemes whose year is not open."""
    seen = ProgrammeCycle.objects.seen_by(request.user)
    context = {"page": Paginator(seen, ROWS).get_page(request.GET.get("page")), "waiting": _waiting(request.user)}
    return render(request, "programmes/programmes.html", context)


def _waiting(user: User) -> list[Scheme]:
    """The latest issued schemes of the programmes that the office of ``user`` runs, whose year is not open."""
    issued = Scheme.with_programmes.issued().filter(programme__unit__in=user.reach(RUN)).select_related("programme")
    last = issued.order_by("programme_id", "-year", "rates", "-version").distinct("programme_id", "year", "rates")
    opened = set(ProgrammeCycle.objects.values_list("programme", "year", "rates"))
    return [one for one in last.defer("body") if (one.programme_id, one.year, one.rates) not in opened]


@permission_or_404(RUN)
def open_year(request: HttpRequest, pk: int) -> HttpResponse:
    """Open the year of a scheme: from now on its units answer what only the programme asks."""
    issued = Scheme.with_programmes.issued().filter(programme__unit__in=request.user.reach(RUN))
    scheme = get_object_or_404(issued.select_related("programme__unit"), pk=pk)
    form, status = UntilForm(request.POST or None), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"open_programme:{pk}",
            form,
            lambda _shown: workflow.open_cycle(scheme, by=request.user, **form.cleaned_data),
            done=lambda: ProgrammeCycle.objects.filter(
                programme=scheme.programme, year=scheme.year, rates=scheme.rates
            ).first(),
        )
        if tried.made:
            messages.success(request, _("The programme is open. The units and their offices have been told."))
            return redirect(tried.made)
        status = tried.status
    key = previews.keep(request.user, f"open_programme:{pk}", {})
    context = {"scheme": scheme, "form": form, "key": key, "rated": scheme.rated_units().count()}
    context["idle_vetoes"] = idle_vetoes(scheme)
    return render(request, "programmes/open.html", context, status=status)


@permission_or_404(VIEW)
def one_cycle(request: HttpRequest, pk: int) -> HttpResponse:
    """Where it stands, and the units of the reader's places: what they have answered or, once out, their grade."""
    cycle = seen_or_404(request.user, pk)
    if shows_results(request.user, cycle) and (
        book := as_workbook(request, str(cycle), exports.results(), _results(request.user, cycle))
    ):
        return book
    return _show(request, cycle, {})


@permission_or_404(RUN)
def confirm(request: HttpRequest, pk: int) -> HttpResponse:
    """What the facts give now, unit by unit; kept as the results once it is confirmed."""
    cycle = _run_or_404(request.user, pk)
    if cycle.state != CycleState.OPEN and request.method != "POST":
        return redirect(cycle)
    form, status = DocumentForm(request.POST or None), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"confirm_programme:{pk}",
            form,
            lambda shown: workflow.confirm(cycle, by=request.user, expected=shown, **form.cleaned_data),
            done=lambda: cycle,
        )
        if tried.made:
            messages.success(request, _("The results are confirmed. They can be published now."))
            return redirect(cycle)
        cycle, status = _run_or_404(request.user, pk), tried.status
        if cycle.state != CycleState.OPEN:
            return _show(request, cycle, {"confirm_programme": form}, status)
    results = graded(cycle, timezone.localdate())
    offered = workflow.offered(cycle, results)
    key = previews.keep(request.user, f"confirm_programme:{pk}", offered)
    unreviewed = [one for one in results if one.found is not None and one.known.rests_on_unreviewed]
    only = "unreviewed" in request.GET
    ready = any(step.verb == "confirm_programme" for step in available(request.user, cycle))
    page = Paginator(unreviewed if only else results, ROWS).get_page(request.GET.get("page"))
    for one in page:
        one.known.grade = grade_name(one.grade)
    context = {
        "cycle": cycle,
        "form": form,
        "key": key,
        "page": page,
        "spread": grades_in_words(offered),
        "idle_vetoes": idle_vetoes(cycle.scheme),
        "unreviewed": len(unreviewed),
        "only_unreviewed": only,
        "ready": ready,
        "refused": [] if ready or not form.is_bound else [Refusal.of(form)],
    }
    return render(request, "programmes/confirm.html", context, status=status)


@permission_or_404(RUN)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Take one step; refused, the page is shown again with what was typed."""
    if verb not in DONE:
        raise Http404
    cycle = _run_or_404(request.user, pk)
    form = FORMS[verb](request.POST, auto_id=f"{verb}_%s")
    acts: dict[str, Callable[..., Any]] = {
        "extend_programme": workflow.extend,
        "publish_programme": workflow.publish,
        "take_back_programme": workflow.take_back,
    }
    tried = carry_out(
        request,
        f"{verb}:{pk}",
        form,
        lambda shown: acts[verb](cycle, by=request.user, expected=shown, **form.cleaned_data),
        done=lambda: cycle,
    )
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect(cycle)
    return _show(request, _run_or_404(request.user, pk), {verb: form}, tried.status)


def _show(request: HttpRequest, cycle: ProgrammeCycle, refused: dict[str, Form], status: int = 200) -> HttpResponse:
    user, steps = request.user, available(request.user, cycle)
    search = TownshipFilterForm(request.GET, codes=user.reach(VIEW))
    context: dict[str, Any] = {
        "cycle": cycle,
        "steps": [_step(user, cycle, one, refused) for one in steps],
        "refused": lost(refused, {one.verb for one in steps}),
        "search": search,
        "shows_results": shows_results(user, cycle),
    }
    if context["shows_results"]:
        rows = _results(user, cycle)
        rows = search.narrow(rows) if search.is_valid() else rows.none()
        page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
        for one in page:
            one.grade_name = grade_name(one.grade)
        context |= {"page": page, "spread": results_in_words(cycle)}
    else:
        units = cycle.rated_units().filter(below_any(user.reach(VIEW))).order_by("code")
        page = Paginator(units, ROWS).get_page(request.GET.get("page"))
        context |= {"page": page, "units": listed(facts_of(cycle, page.object_list).values())}
    return render(request, "programmes/programme.html", context, status=status)


def _step(user: User, cycle: ProgrammeCycle, one: Any, refused: dict[str, Form]) -> dict[str, Any]:
    if one.url_name:
        return {"step": one}
    form = refused.get(one.verb) or FORMS[one.verb](auto_id=f"{one.verb}_%s")
    key = previews.keep(user, f"{one.verb}:{cycle.pk}", standing_of(cycle))
    return {"step": one, "form": form, "key": key, "opened": one.verb in refused}


def shows_results(user: User, cycle: ProgrammeCycle) -> bool:
    """Before they are published, only the office that runs the programme knows them."""
    return cycle.is_public or (cycle.state == CycleState.CONFIRMED and user.has_perm(RUN, cycle))


def _results(user: User, cycle: ProgrammeCycle) -> Any:
    return ProgrammeResult.objects.filter(below_any(user.reach(VIEW), "unit_id"), cycle=cycle).select_related("unit")


def seen_or_404(user: User, pk: int) -> ProgrammeCycle:
    return asked_or_404(_seen, user, pk)


def _seen(user: User, pk: int) -> QuerySet[ProgrammeCycle]:
    return ProgrammeCycle.objects.seen_by(user).filter(pk=pk)


def _run_or_404(user: User, pk: int) -> ProgrammeCycle:
    cycle = seen_or_404(user, pk)
    if not user.has_perm(RUN, cycle):
        raise Http404
    return cycle
