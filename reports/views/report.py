"""Annual reports: requested, created in the background, downloaded by the person who requested them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from records.excel_export import as_workbook
from records.files import serve
from reports import exports, workflow
from reports.forms import ReportForm
from reports.models import ReportRequest
from reports.workflow import VIEW_REPORT, reports_of

SHOWN = 20


@login_required
def reports(request: HttpRequest) -> HttpResponse:
    """The reports that the person requested, and the form for another."""
    if not request.user.reach(VIEW_REPORT):
        raise Http404
    if book := as_workbook(request, _("Annual reports"), exports.reports(), reports_of(request.user)):
        return book
    form = ReportForm(request.POST or None, user=request.user)
    if request.method == "POST" and form.is_valid():
        asked = workflow.ask(form.cleaned_data["unit"], form.cleaned_data["year"], by=request.user)
        messages.success(request, _("The report is being made. You will be told when it is ready."))
        return redirect(asked)
    return render(request, "reports/reports.html", {"form": form, "reports": reports_of(request.user)[:SHOWN]})


@login_required
def report(request: HttpRequest, pk: int) -> HttpResponse:
    """Its progress; once it has failed, why."""
    found = get_object_or_404(reports_of(request.user), pk=pk)
    if found.state == ReportRequest.State.FAILED:
        workflow.saw(found)
    template = "reports/report_progress.html" if request.htmx else "reports/report.html"
    return render(request, template, {"report": found})


@login_required
def report_file(request: HttpRequest, pk: int) -> FileResponse:
    return serve(workflow.fetch(get_object_or_404(reports_of(request.user), pk=pk), by=request.user))


@login_required
def report_words(request: HttpRequest, pk: int) -> FileResponse:
    """The written report, to be edited before it is issued."""
    return serve(workflow.fetch(get_object_or_404(reports_of(request.user), pk=pk), by=request.user, words=True))
