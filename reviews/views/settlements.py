"""The panel's settlements of spreads above the tolerance: signed once, added to with a reason."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from records import previews
from records.confirming import confirming_sent, not_taken
from records.refusals import Incomplete, NotAllowed, Outdated, WrongState, refuse_unknown_fields
from reviews.models import Settlement
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.views.deciding import opened, settling
from reviews.workflow import settlements as workflow


@login_required
@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    note = request.POST.get("note", "")

    def sign(one: Settlement, shown: Any) -> None:
        workflow.settle(one, by=request.user, note=note, expected=shown)

    return _take(request, pk, ["note"], sign, _("The note is signed."))


@login_required
@require_POST
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Add to a signed note."""
    said = {"note": request.POST.get("note", ""), "reason": request.POST.get("reason", "")}

    def write(one: Settlement, shown: Any) -> None:
        workflow.add(one, by=request.user, expected=shown, **said)

    return _take(request, pk, list(said), write, _("Added to the note."))


def _take(
    request: HttpRequest, pk: int, fields: list[str], write: Callable[[Settlement, Any], None], done: str
) -> HttpResponse:
    settlement = get_object_or_404(Settlement, pk=pk)
    application, _review_level = opened(request.user, settlement.application_id)
    if not workflow.is_of_the_panel(request.user, application, REVIEW_LEVELS[settlement.stage]):
        raise NotAllowed
    try:
        refuse_unknown_fields(request.POST, [*fields, "key"])
        with confirming_sent(request, settling(pk)) as shown:
            write(settlement, shown)
    except previews.AlreadyDone:
        messages.success(request, done)
    except Incomplete as refused:
        not_taken(request, refused, 400)
    except WrongState as late:
        said = request.POST.get("note", "").strip()
        if not Settlement.objects.filter(pk=pk, by=request.user, note=said).exists():
            if not isinstance(late, Outdated):
                raise
            not_taken(request, late)
            return redirect("review_application", settlement.application_id)
        messages.success(request, done)  # a second click on exactly this note
    else:
        messages.success(request, done)
    return redirect("review_application", settlement.application_id)
