"""The runs of the re-rating: what each looked at and changed, a dry run first, a run at once."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached_or_404
from ratings import exports
from ratings.models import RegisterRun
from ratings.models.register_run import VIEW
from ratings.presenters import register_runs as presenter
from ratings.workflow.register_run import RUN, listed, run_register
from records import audit, previews
from records.confirming import confirming_sent
from records.excel_export import as_workbook
from records.refusals import Outdated, refuse_unknown_fields
from villages.models import Unit

ROWS = 50
DRY_RUNS = RegisterRun.objects.filter(dry_run=True, state=RegisterRun.State.DONE)


@permission_or_404(VIEW)
def runs(request: HttpRequest) -> HttpResponse:
    """The runs that concern the reader's places, with the counts of these alone; newest first."""
    found = RegisterRun.objects.seen_by(request.user).select_related("by", "place")
    if book := as_workbook(request, _("Re-rating runs"), exports.register_runs(), found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    places = Unit.objects.filter(code__in=request.user.reach(RUN)).order_by("code")
    return render(
        request,
        "ratings/register/runs.html",
        {
            "page": page,
            "runs": [presenter.explained(run) for run in page],
            "places": [(place, previews.keep(request.user, _begin_step(place), {})) for place in places],
        },
    )


@permission_or_404(VIEW)
def run(request: HttpRequest, pk: int) -> HttpResponse:
    """What a run changed: unit by unit, before and after, and why."""
    one = get_object_or_404(RegisterRun.objects.seen_by(request.user).select_related("by", "place"), pk=pk)
    changes = presenter.changes_seen(one, request.user)
    if book := as_workbook(request, _("Changes of a re-rating"), exports.register_run_changes(one), changes):
        return book
    page = Paginator(changes, ROWS).get_page(request.GET.get("page"))
    for change in page:
        change.why_words = presenter.why_words(one, change)
    may_carry_out = (
        one.dry_run
        and one.state == one.State.DONE
        and one.day == timezone.localdate()
        and one.changed
        and request.user.has_perm(RUN, one.place)
    )
    key = previews.keep(request.user, _carry_out_step(one), listed(one)) if may_carry_out else ""
    return render(
        request,
        "ratings/register/run.html",
        {
            "run": presenter.explained(one),
            "page": page,
            "error": presenter.error_seen(one, request.user),
            "not_listed": one.changed_seen - page.paginator.count,
            "key": key,
        },
    )


@permission_or_404(RUN)
@require_POST
def begin(request: HttpRequest, code: str) -> HttpResponse:
    """A dry run over a place, or a run at once."""
    place = reached_or_404(request.user, RUN, Unit.objects.all(), field="code", code=code)
    refuse_unknown_fields(request.POST, {"key", "step"})
    try:
        with confirming_sent(request, _begin_step(place)):
            pass  # spent before the run, which keeps its own record of failing
    except previews.AlreadyDone:
        messages.success(request, _("This run has been started; it is in the list."))
        return redirect("register_runs")
    except Outdated as outdated:
        messages.warning(request, str(outdated))
        return redirect("register_runs")
    return _run(request, place=place, dry_run=request.POST.get("step") != "now")


@permission_or_404(RUN)
@require_POST
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Do exactly what a dry run showed; if something else would change now, show that instead."""
    dry = reached_or_404(request.user, RUN, DRY_RUNS.select_related("place"), field="place_id", pk=pk)
    refuse_unknown_fields(request.POST, {"key"})
    try:
        with previews.confirming(request.user, _carry_out_step(dry), request.POST.get("key", "")) as shown:
            pass
        return _run(request, place=dry.place, full=dry.full, expected=shown)
    except previews.AlreadyDone:
        messages.success(request, _("This run has been started; it is in the list."))
        return redirect("register_runs")
    except Outdated as outdated:
        messages.warning(request, str(outdated))
        return _run(request, place=dry.place, dry_run=True)


def _run(request: HttpRequest, **how: Any) -> HttpResponse:
    try:
        with audit.acting(request.user, "rerate"):
            done = run_register(request.user, **how)
    except DatabaseError:
        messages.error(request, _("The run failed. Nothing was changed; the next run does its work."))
        return redirect("register_runs")
    if done is None:
        messages.warning(request, _("A run is under way already. Please look again in a few minutes."))
        return redirect("register_runs")
    if not done.dry_run:
        messages.success(request, _("The register is up to date."))
    return redirect("register_run", done.pk)


def _begin_step(place: Unit) -> str:
    return f"run_register:{place.pk}"


def _carry_out_step(dry: RegisterRun) -> str:
    return f"run_register:after:{dry.pk}"
