"""The grid for large panels: points of many villages typed in one table and saved at once."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models import User
from ratings.models import Cycle
from records.numbers import keys
from records.refusals import Refused
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.presenters.own_sheet import require_reviewer
from reviews.presenters.score_grid import PER_PAGE, GridRow, columns, rows_of, waiting
from reviews.sheets.score_sheet_form import SavedScores
from reviews.views.saved_message import tell_saved
from reviews.workflow import sheets as workflow
from reviews.workflow.visits import keep_many


@login_required
def grid(request: HttpRequest) -> HttpResponse:
    """One cycle's waiting sheets; saving keeps every valid cell, and explains errors beside the others."""
    require_reviewer(request.user)
    cycles = list(
        Cycle.objects.filter(pk__in=waiting(request.user).order_by().values("application__cycle"))
        .select_related("scheme", "unit")
        .order_by("-year", "unit")
    )
    if request.method == "POST" and (sent := request.POST.getlist("sheet")):
        return _save(request, cycles, _own(request.user, keys(sent)))
    if not cycles:
        return redirect("review_desk")
    asked = keys([request.GET.get("cycle", "")])
    cycle = next((one for one in cycles if one.pk in asked), cycles[0])
    page = Paginator(waiting(request.user).filter(application__cycle=cycle), PER_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), cycle, columns(cycle.scheme.spec, request.GET.get("area", "")))
    return _shown(request, cycles, cycle, rows, page=page)


def _own(user: User, sent: set[int]) -> list[Sheet]:
    """The sheets that were sent, all the reader's own and of one cycle, whatever their state now; or 404."""
    mine = Sheet.objects.filter(reviewer=user, pk__in=sent).select_related(
        "application__unit", "application__cycle__scheme", "application__cycle__unit"
    )
    sheets = list(mine.order_by("application__unit", "stage"))
    strange = len(sheets) != len(sent) or len({sheet.application.cycle_id for sheet in sheets}) != 1
    if strange or any(not user.has_perm(REVIEW_LEVELS[s.stage].permission("score"), s.application) for s in sheets):
        raise Http404
    return sheets


def _save(request: HttpRequest, cycles: list[Cycle], sheets: list[Sheet]) -> HttpResponse:
    cycle = sheets[0].application.cycle
    across = columns(cycle.scheme.spec, request.GET.get("area", ""))
    before = rows_of(sheets, cycle, across)
    typed = {row.sheet.pk: row.typed(request.POST) for row in before}
    takes = {row.sheet.pk: typed[row.sheet.pk] for row in before if row.is_open and typed[row.sheet.pk]}
    status = 200
    try:
        saved = keep_many(takes, by=request.user) if takes else {}
    except Refused as refused:
        saved, status = {pk: dict.fromkeys(of, SavedScores(str(refused))) for pk, of in takes.items()}, 409
    rows = rows_of(sheets, cycle, across)
    for row in rows:
        row.show(saved.get(row.sheet.pk, {}), typed[row.sheet.pk])
    if any(row.has_problem for row in rows):
        messages.error(request, _("Some rows need to be corrected. What you typed is still here."))
        return _shown(request, cycles, cycle, rows, status=status)
    cells = [cell for row in rows for cell in row.filled_cells]
    sent = [cell for cell in cells if request.POST.get(cell.line, "").strip() or request.POST.get(cell.how)]
    tell_saved(request, sum(cell.part.mine is not None for cell in sent), sum(c.part.mine is None for c in cells))
    if request.POST.get("do") == "hand_in":
        _hand_in(request, rows)
    return redirect(request.get_full_path())


def _hand_in(request: HttpRequest, rows: list[GridRow]) -> None:
    whole = [row.sheet.pk for row in rows if row.is_open and not row.left]
    if whole:
        workflow.hand_in_many(whole, by=request.user)
    else:  # a second click finds them handed in
        whole = [row.sheet.pk for row in rows if row.sheet.state == Sheet.State.HANDED_IN]
    if not whole:
        messages.warning(request, _("No sheet is complete yet."))
        return
    handed = ngettext("%(count)s sheet handed in.", "%(count)s sheets handed in.", len(whole))
    messages.success(request, handed % {"count": len(whole)})


def _shown(
    request: HttpRequest,
    cycles: list[Cycle],
    cycle: Cycle,
    rows: list[GridRow],
    *,
    page: Page | None = None,
    status: int = 200,
) -> HttpResponse:
    spec = cycle.scheme.spec
    area = next((one for one in spec.areas if one.code == request.GET.get("area")), None)
    shown: dict[str, Any] = {
        "cycles": cycles,
        "cycle": cycle,
        "areas": [one for one in spec.areas if one.criteria],
        "area": area,
        "columns": columns(spec, area.code if area else ""),
        "rows": rows,
        "whole": sum(not row.left for row in rows),
        "page": page,
        "address": request.get_full_path(),
    }
    return render(request, "reviews/sheets/grid.html", shown, status=status)
