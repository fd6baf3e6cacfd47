"""Recording events by sheet: the template, what each line would do, and only then the records."""

import io

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from ratings.forms.event_forms import SureForm
from ratings.presenters.event_outlook import in_words
from ratings.workflow import event_sheet
from ratings.workflow.event_sheet import EventLine
from records.excel_writer import write_list
from records.previews import AlreadyDone
from records.refusals import Incomplete, Outdated, UnknownFields, refuse_unknown_fields
from records.sheet_upload import SheetUploadForm, confirming, keep_marked, keep_shown, marked, workbook
from records.workbooks import SheetRefused, SheetRow, hidden

SUBJECT = "ratings.event_sheet"


@permission_or_404("ratings.record_event")
def page(request: HttpRequest) -> HttpResponse:
    """Upload a sheet; shows all its errors, or the preview."""
    form = SheetUploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _show(request, form=form)
    raw = form.cleaned_data["sheet"]
    try:
        rows = event_sheet.rows_of(raw)
        lines = event_sheet.read(rows, by=request.user)
    except SheetRefused as refused:
        kept = refused.problems and keep_marked(request.user, raw, refused.problems)
        return _show(request, refused=refused, marked=kept)
    return _show_lines(request, rows, lines)


@permission_or_404("ratings.record_event")
@require_POST
def carry_out(request: HttpRequest) -> HttpResponse:
    """Record exactly what was shown, or nothing where the sheet would now do something else."""
    rows: list[SheetRow] = []
    lines: list[EventLine] = []
    try:
        refuse_unknown_fields(request.POST, ["carried", "sure"])
        with confirming(request.user, SUBJECT, request.POST.get("carried", "")) as (rows, require_shown):
            event_sheet.hold(rows)
            lines = event_sheet.read(rows, by=request.user)
            require_shown([line.outcome for line in lines])
            made = event_sheet.carry_out(lines, by=request.user, sure="sure" in request.POST)
    except SheetRefused as refused:
        return _show(request, refused=refused)
    except AlreadyDone:
        messages.success(request, _("These events have been recorded."))
        return redirect("events")
    except Incomplete as incomplete:
        return _show_lines(request, rows, lines, refused=incomplete)
    except Outdated as outdated:
        if lines:
            return _show_lines(request, rows, lines, refused=outdated)
        messages.error(request, _("Please send the sheet again."))
        return redirect("event_sheet")
    except UnknownFields as unknown:
        messages.error(request, str(unknown))
        return redirect("event_sheet")
    messages.success(request, _("Events recorded: %d. The register is up to date.") % len(made))
    return redirect("events")


@permission_or_404("ratings.record_event")
@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The template, with the units within reach."""
    out = io.BytesIO()
    units = event_sheet.places(request.user)
    write_list(_("Events"), event_sheet.columns(), units, out, notes=event_sheet.notes(request.user))
    return workbook(out.getvalue(), "events.xlsx")


@permission_or_404("ratings.record_event")
@require_safe
def marked_sheet(request: HttpRequest, key: str) -> HttpResponse:
    """The refused sheet with its errors marked; available for a quarter of an hour."""
    return workbook(marked(request.user, key), "events-marked.xlsx")


def _show_lines(
    request: HttpRequest, rows: list[SheetRow], lines: list[EventLine], *, refused: Incomplete | Outdated | None = None
) -> HttpResponse:
    """The preview, kept with the sheet under the page's key; ``refused``: why a confirmation was refused."""
    words = event_sheet.words_of(lines)
    context = {
        "lines": [
            (
                line.entry,
                in_words(line.outlook, line.entry.happening.unit) if line.outlook else None,
                _(", ").join(line.words),
            )
            for line in lines
        ],
        "new": sum(line.outlook is not None for line in lines),
        "sure": SureForm(words=words) if words else None,
        "carried": keep_shown(request.user, SUBJECT, rows, [line.outcome for line in lines]),
        "hidden": hidden(rows),
        "warning": refused,
    }
    status = 200 if refused is None else 400 if isinstance(refused, Incomplete) else 409
    return render(request, "ratings/events/sheet_lines.html", context, status=status)


def _show(request: HttpRequest, **context: object) -> HttpResponse:
    status = 409 if "refused" in context else 200
    return render(request, "ratings/events/sheet.html", {"form": SheetUploadForm(), **context}, status=status)
