"""The papers of an event: shown to those who may see them, attached and removed by those who record events."""

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404, reached_or_404
from ratings.forms.event_forms import EventFileForm
from ratings.models import Event, EventFile
from ratings.views.event import show
from ratings.workflow import event_files as workflow
from records.files import serve
from records.refusals import Incomplete


@permission_or_404("ratings.view_event")
def event_file(request: HttpRequest, pk: int, file: int) -> FileResponse:
    paper = get_object_or_404(EventFile.objects.seen_by(request.user).select_related("file"), event=pk, pk=file)
    return serve(paper.file, request.GET.get("as", ""))


@permission_or_404("ratings.record_event")
@require_POST
def attach(request: HttpRequest, pk: int) -> HttpResponse:
    """Attach a paper, or remove one (``detach``)."""
    happened = reached_or_404(request.user, "ratings.record_event", Event.objects.all(), pk=pk)
    if "detach" in request.POST:
        return _detach(request, happened)
    form = EventFileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            commission = form.cleaned_data["readers"] == "commission"
            workflow.attach(happened, form.cleaned_data["file"], commission=commission, by=request.user)
        except Incomplete as refused:
            form.add_error("file", str(refused))
        else:
            messages.success(request, _("The file is attached."))
            return redirect("event", pk)
    return show(request, pk, file_form=form, status=400)


def _detach(request: HttpRequest, happened: Event) -> HttpResponse:
    """A second press finds nothing left to remove, and says the same."""
    sent = request.POST["detach"]
    paper = happened.files.filter(pk=sent).first() if sent.isdecimal() and len(sent) < 19 else None
    if paper:
        workflow.detach(paper, by=request.user)
    messages.success(request, _("The file is removed."))
    return redirect("event", happened.pk)
