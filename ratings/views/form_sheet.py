"""One application by sheet: the template, the preview, the import."""

import io

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ratings.models import Application
from ratings.presenters import application_sheet
from ratings.presenters.application_form import ApplicationFormView
from ratings.views.form import fillable, shut_because
from records.excel_writer import write_list
from records.previews import AlreadyDone
from records.refusals import Outdated, Refused
from records.sheet_upload import SheetUploadForm, confirming, keep_marked, keep_shown, workbook
from records.workbooks import SheetRefused, SheetRow, hidden


@login_required
def page(request: HttpRequest, pk: int) -> HttpResponse:
    """Upload a sheet; shows all its errors, or the preview."""
    application = fillable(request, pk)
    form = SheetUploadForm(request.POST or None, request.FILES or None)
    if not form.is_valid():
        return _show(request, application, form=form)
    raw = form.cleaned_data["sheet"]
    try:
        rows = application_sheet.rows_of(raw)
        changes = application_sheet.try_out(application, rows, by=request.user)
    except SheetRefused as refused:
        return _show(
            request,
            application,
            refused=refused,
            marked=refused.problems and keep_marked(request.user, raw, refused.problems),
        )
    except Refused as refused:
        return _show(request, application, refused=refused)
    return _show_changes(request, application, rows, changes)


def _show_changes(
    request: HttpRequest,
    application: Application,
    rows: list[SheetRow],
    changes: list[application_sheet.AnswerChange],
    outdated: Outdated | None = None,
) -> HttpResponse:
    """The preview, kept with the sheet under the page's key; ``outdated``: why nothing was done."""
    return _show(
        request,
        application,
        read=True,
        changes=changes,
        odd=sum(change.odd is not None for change in changes),
        hidden=hidden(rows),
        carried=keep_shown(request.user, _subject(application.pk), rows, [change.outcome for change in changes]),
        **({"outdated": outdated} if outdated else {}),
    )


def _subject(pk: int) -> str:
    return f"ratings.form_sheet/{pk}"


def _show(request: HttpRequest, application: Application, **context: object) -> HttpResponse:
    context = {
        "form": SheetUploadForm(),
        "application": application,
        "shut": shut_because(application, request.user),
        **context,
    }
    status = 409 if {"refused", "outdated"} & context.keys() else 200
    return render(request, "ratings/application/sheet.html", context, status=status)


@login_required
@require_POST
def carry_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Save exactly what was shown, or nothing where the sheet would now change something else."""
    application = fillable(request, pk)
    rows, changes = [], None
    try:
        with confirming(request.user, _subject(pk), request.POST.get("carried", "")) as (rows, require_shown):
            changes = application_sheet.keep(application, rows, by=request.user)
            require_shown([change.outcome for change in changes])
    except AlreadyDone:
        messages.success(request, _("These answers have been saved."))
        return redirect("application_form", pk)
    except Outdated as outdated:
        if changes is not None:
            return _show_changes(request, application, rows, changes, outdated)
        messages.error(request, _("Please send the sheet again."))
        return redirect("application_sheet", pk)
    except Refused as refused:
        return _show(request, application, refused=refused)
    messages.success(request, _("Answers saved: %d") % len(changes))
    return redirect("application_form", pk)


@login_required
@require_safe
def template(request: HttpRequest, pk: int) -> HttpResponse:
    """The template: open items, last year's answers, prefills, and answers so far."""
    application = fillable(request, pk)
    form = ApplicationFormView(application, may_fill=not shut_because(application, request.user))
    title = _("Application %(year)s of %(unit)s") % {"year": application.cycle.year, "unit": application.unit.name}
    out = io.BytesIO()
    write_list(
        title, application_sheet.columns(), application_sheet.lines_of(form), out, notes=application_sheet.notes()
    )
    return workbook(out.getvalue(), f"application-{application.cycle.year}-{application.unit_id}.xlsx")
