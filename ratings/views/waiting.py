"""The units that have not sent their application: filled in on their behalf by the township, or given more time, by the
county too."""

from collections.abc import Collection, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.working_days import last_of
from ratings import exports
from ratings.forms.office_forms import ReopenForm
from ratings.forms.working_days import COUNT, first_more
from ratings.models import Application, Cycle
from ratings.models.cycle import CycleStep
from ratings.workflow.cycle import MANAGE, may_reopen
from ratings.workflow.cycle import reopen as reopen_for
from ratings.workflow.window import in_force
from records.deadlines import end_of
from records.excel_export import as_workbook
from records.refusals import Incomplete
from villages.models import Level, Unit, below_any

ON_BEHALF = "ratings.fill_on_behalf"
ROWS = 50
USUAL_DAYS = 3
"""The working days that an extension offers."""


@login_required
def not_begun(request: HttpRequest) -> HttpResponse:
    """Units without an application, and drafts, in every open cycle: begin for them, or extend their deadline.

    Nobody fills in on behalf of a township, and the county alone gives it more time.
    """
    on_behalf, managed = request.user.reach(ON_BEHALF), request.user.reach(MANAGE)
    codes = {*on_behalf, *managed}
    if not codes:
        raise Http404
    cycles = Cycle.objects.reaching(codes).filter(state=Cycle.State.OPEN).select_related("scheme", "unit")
    rows = [
        row
        for cycle in cycles.prefetch_related("windows")
        for of_township in [cycle.scheme.rates == Level.TOWNSHIP]
        for row in _rows(cycle, managed if of_township else codes, [] if of_township else on_behalf)
    ]
    if book := as_workbook(request, _("Units that have not begun"), exports.not_begun(), rows):
        return book
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    context = {"page": page, "now": timezone.now(), "on_behalf": on_behalf}
    return render(request, "ratings/application/waiting.html", context)


def _rows(cycle: Cycle, codes: Collection[str], on_behalf: Sequence[str]) -> list[dict[str, Any]]:
    of_units = cycle.applications.filter(below_any(codes, "unit_id"))
    drafts = {draft.unit_id: draft for draft in of_units.filter(state=Application.State.DRAFT)}
    sent = of_units.exclude(state=Application.State.DRAFT).values("unit")
    units: QuerySet[Unit] = cycle.rated_units().filter(below_any(codes)).exclude(code__in=sent).order_by("code")
    applying = cycle.window(CycleStep.APPLY)
    closes = in_force(cycle, CycleStep.APPLY, [unit.code for unit in units])
    return [
        {
            "cycle": cycle,
            "unit": unit,
            "application": drafts.get(unit.code),
            "closes": closes[unit.code],
            "opens": applying and applying.opens,
            "may_fill": unit.code.startswith(tuple(on_behalf)),
        }
        for unit in units
    ]


@login_required
def reopen(request: HttpRequest, cycle: int, unit: str) -> HttpResponse:
    """Extend the deadline of one unit, with a reason."""
    of_unit = get_object_or_404(Unit, code=unit)
    if not may_reopen(request.user, of_unit):
        raise Http404
    of_cycle = get_object_or_404(Cycle.objects.reaching([unit]).select_related("scheme"), pk=cycle)
    standing = in_force(of_cycle, CycleStep.APPLY, [unit])[unit]
    first = first_more(standing)
    form = ReopenForm(request.POST or None, first=first, initial={"closes": last_of(first, USUAL_DAYS)})
    if COUNT in request.POST:
        if counted := form.counted():
            form = ReopenForm(first=first, initial=counted)
    elif request.method == "POST" and form.is_valid():
        try:
            reopen_for(
                of_cycle,
                of_unit,
                closes=end_of(form.cleaned_data["closes"]),
                reason=form.cleaned_data["reason"],
                by=request.user,
            )
        except Incomplete as incomplete:
            form.take(incomplete)
        else:
            messages.success(request, _("The unit has more time, and has been told."))
            return redirect("applications_not_begun")
    return render(
        request,
        "ratings/application/reopen.html",
        {"cycle": of_cycle, "unit": of_unit, "form": form, "standing": standing},
        status=400 if form.errors else 200,
    )
