"""The panel's settlements of spreads above the tolerance: signed once, added to with a reason."""

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from records.refusals import Incomplete, WrongState
from reviews.models import Settlement
from reviews.views.deciding import opened
from reviews.workflow import settlements as workflow


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    note = request.POST.get("note", "")
    return _take(request, pk, lambda one: workflow.settle(one, by=request.user, note=note), _("The note is signed."))


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add to a signed note."""
    said = {"note": request.POST.get("note", ""), "reason": request.POST.get("reason", "")}
    return _take(request, pk, lambda one: workflow.add(one, by=request.user, **said), _("Added to the note."))


def _take(request: HttpRequest, pk: int, step: Callable[[Settlement], object], done: str) -> HttpResponse:
    settlement = get_object_or_404(Settlement, pk=pk)
    opened(request.user, settlement.application_id)
    try:
        step(settlement)
    except Incomplete as refused:
        messages.error(request, str(refused))
    except WrongState:
        said = request.POST.get("note", "").strip()
        if not Settlement.objects.filter(pk=pk, by=request.user, note=said).exists():
            raise
        messages.success(request, done)  # a second click on exactly this note
    else:
        messages.success(request, done)
    return redirect("review_application", settlement.application_id)
