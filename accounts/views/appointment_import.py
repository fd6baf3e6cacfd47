"""Appointing by sheet: the template, the preview, the import."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts import appointment_import
from accounts.authority import permission_or_404
from accounts.forms import CadreListForm
from accounts.password_slips import slips_of
from accounts.views.appointments import show_slips
from records import previews, sheet_upload
from records.excel_writer import write_list
from records.refusals import Outdated, refuse_unknown_fields
from records.workbooks import SheetRefused, SheetRow, hidden

SUBJECT = "accounts.cadre_list"


@permission_or_404("accounts.appoint")
def page(request: HttpRequest) -> HttpResponse:
    """Upload a sheet; shows all its errors, or the preview."""
    form = CadreListForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return render(request, "accounts/appointments/import.html", {"form": form})
    raw = form.cleaned_data["sheet"]
    try:
        rows = appointment_import.read_appointments(raw)
        lines = appointment_import.read(rows, by=request.user)
    except SheetRefused as refused:
        return _show_wrong(request, refused, raw)
    return _show_lines(request, rows, lines)


def _show_wrong(request: HttpRequest, refused: SheetRefused, raw: bytes = b"") -> HttpResponse:
    marked = sheet_upload.keep_marked(request.user, raw, refused.problems) if raw and refused.problems else ""
    context = {"form": CadreListForm(), "refused": refused, "marked": marked}
    return render(request, "accounts/appointments/import.html", context)


def _show_lines(
    request: HttpRequest,
    rows: list[SheetRow],
    lines: list[appointment_import.AppointmentLine],
    refused: Outdated | None = None,
) -> HttpResponse:
    """The preview, kept with the sheet under the page's key. ``refused``: why a confirmation was refused."""
    new = [line for line in lines if line.new_roles]
    does = [line for line in lines if line.does_something]
    context = {
        "lines": lines,
        "new": len(new),
        "does": len(does),
        "accounts": len({(line.unit.code, line.name) for line in new if line.user is None}),
        "carried": sheet_upload.keep_shown(request.user, SUBJECT, rows, [line.outcome for line in lines]),
        "refused": refused,
        "hidden": hidden(rows),
    }
    return render(request, "accounts/appointments/import_lines.html", context, status=409 if refused else 200)


@permission_or_404("accounts.appoint")
@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Do what was shown, or nothing where the sheet would now do something else."""
    refuse_unknown_fields(request.POST, ["carried"])
    rows: list[SheetRow] = []
    lines: list[appointment_import.AppointmentLine] = []
    try:
        with sheet_upload.confirming(request.user, SUBJECT, request.POST.get("carried", "")) as (rows, require_shown):
            lines = appointment_import.read(rows, by=request.user)
            require_shown([line.outcome for line in lines])
            engaged = appointment_import.carry_out(lines, by=request.user)
    except SheetRefused as refused:
        return _show_wrong(request, refused)
    except previews.AlreadyDone:
        messages.success(request, _("These appointments have been made."))
        return redirect("appointments")
    except Outdated as outdated:
        if lines:
            return _show_lines(request, rows, lines, outdated)
        messages.error(request, _("Please send the sheet again."))
        return redirect("cadre_list")
    given = sum(len(one.appointments) for one in engaged)
    messages.success(request, _("Appointments made: %d") % given)
    slips = slips_of(engaged)
    return show_slips(request, slips) if slips else redirect("appointments")


@permission_or_404("accounts.appoint")
def template(request: HttpRequest) -> HttpResponse:
    """The template, with the posts within reach and their holders."""
    out = io.BytesIO()
    write_list(
        _("Cadre list"),
        appointment_import.columns(),
        appointment_import.places(request.user),
        out,
        notes=appointment_import.notes(),
    )
    return sheet_upload.workbook(out.getvalue(), "cadres.xlsx")


@permission_or_404("accounts.appoint")
def marked(request: HttpRequest, key: str) -> HttpResponse:
    """The refused sheet with its errors marked; available for a quarter of an hour."""
    return sheet_upload.workbook(sheet_upload.marked(request.user, key), "cadres-marked.xlsx")
