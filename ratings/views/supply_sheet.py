"""A department's figures by sheet: the template, the preview, the import."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import reached_or_404
from ratings.application import questions
from ratings.models import Cycle
from ratings.presenters.supply_sheet import SuppliedChange, SupplySheet, typed_of
from ratings.workflow.supply import SUPPLY, supplied_by, supply
from records.excel_writer import write_list
from records.previews import AlreadyDone
from records.refusals import Outdated, Refused
from records.sheet_upload import SheetUploadForm, confirming, keep_marked, keep_shown, marked, workbook
from records.workbooks import SheetRefused, SheetRow, hidden

SHOWN = 50


def _sheet(request: HttpRequest, cycle: int) -> SupplySheet:
    """The sheet of the criterion in the address, if this person's department supplies it; or 404."""
    of_cycle = reached_or_404(request.user, SUPPLY, Cycle.objects.select_related("scheme", "unit"), pk=cycle)
    variants = supplied_by(of_cycle, request.user).get(request.GET.get("criterion", ""))
    if not variants:
        raise Http404
    return SupplySheet(of_cycle, variants)


@login_required
def page(request: HttpRequest, cycle: int) -> HttpResponse:
    """Upload a sheet; shows all its errors, or the preview."""
    sheet = _sheet(request, cycle)
    form = SheetUploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _show(request, sheet, form=form)
    raw = form.cleaned_data["sheet"]
    try:
        rows = sheet.rows_of(raw)
        changes = sheet.read(rows)
    except SheetRefused as refused:
        return _show(
            request,
            sheet,
            refused=refused,
            marked=refused.problems and keep_marked(request.user, raw, refused.problems),
        )
    return _show_changes(request, sheet, rows, changes)


def _show_changes(
    request: HttpRequest,
    sheet: SupplySheet,
    rows: list[SheetRow],
    changes: list[SuppliedChange],
    outdated: Outdated | None = None,
) -> HttpResponse:
    """The preview, kept with the sheet under the page's key; ``outdated``: why nothing was done."""
    odd = sum(change.odd is not None for change in changes)
    shown = max(SHOWN, odd)
    return _show(
        request,
        sheet,
        read=True,
        changes=changes[:shown],
        count=len(changes),
        odd=odd,
        more=max(0, len(changes) - shown),
        hidden=hidden(rows),
        carried=keep_shown(request.user, _subject(sheet), rows, [change.outcome for change in changes]),
        **({"outdated": outdated} if outdated else {}),
    )


def _subject(sheet: SupplySheet) -> str:
    return f"ratings.supply/{sheet.cycle.pk}/{sheet.variants[0].code}"


def _show(request: HttpRequest, sheet: SupplySheet, **context: object) -> HttpResponse:
    context = {
        "form": SheetUploadForm(),
        "cycle": sheet.cycle,
        "criterion": sheet.variants[0],
        "department": questions.department(sheet.variants[0]),
        "query": request.GET.urlencode(),
        **context,
    }
    status = 409 if {"refused", "outdated"} & context.keys() else 200
    return render(request, "ratings/supply/sheet.html", context, status=status)


@login_required
@require_POST
def carry_out(request: HttpRequest, cycle: int) -> HttpResponse:
    """Save exactly what was shown, or nothing where the sheet would now change something else."""
    sheet = _sheet(request, cycle)
    here = f"{reverse('supply_sheet', args=[cycle])}?{request.GET.urlencode()}"
    rows, changes = [], None
    try:
        with confirming(request.user, _subject(sheet), request.POST.get("carried", "")) as (rows, require_shown):
            sheet.hold(rows)
            changes = sheet.read(rows)
            require_shown([change.outcome for change in changes])
            odd = [(change.unit.code, change.question.item) for change in changes if change.odd]  # each was asked about
            supply(sheet.cycle, sheet.variants[0].code, typed_of(changes), by=request.user, sure=odd)
    except SheetRefused as refused:
        return _show(request, sheet, refused=refused)
    except AlreadyDone:
        messages.success(request, _("These figures have been saved."))
        return redirect("supply")
    except Outdated as outdated:
        if changes is not None:
            return _show_changes(request, sheet, rows, changes, outdated)
        messages.error(request, _("Please send the sheet again."))
        return redirect(here)
    except Refused as refused:
        messages.error(request, str(refused))
        return redirect(here)
    messages.success(request, _("Figures saved: %d. The units have been told.") % len(changes))
    return redirect("supply")


@login_required
@require_safe
def template(request: HttpRequest, cycle: int) -> HttpResponse:
    """The template: the county's villages, last year's figures, and stored ones."""
    sheet = _sheet(request, cycle)
    criterion = sheet.variants[0]
    out = io.BytesIO()
    write_list(f"{criterion.code} {criterion.name}", sheet.columns(), sheet.units.values(), out, notes=sheet.notes())
    return workbook(out.getvalue(), f"figures-{sheet.cycle.year}-{criterion.code}.xlsx")


@login_required
@require_safe
def marked_sheet(request: HttpRequest, key: str) -> HttpResponse:
    """The refused sheet, with its invalid cells marked."""
    return workbook(marked(request.user, key), "marked.xlsx")
