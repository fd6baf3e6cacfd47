"""Settling clawbacks: exactly what the page proposed, or nothing."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import reached_or_404
from incentives import workflow
from incentives.models import Clawback
from incentives.views.source import page_step
from incentives.views.sources import source_or_404
from incentives.views.steps import show_anew
from records import previews
from records.confirming import confirming_sent
from records.refusals import Incomplete, Outdated, Refused, refuse_unknown_fields

VERDICTS: dict[str, tuple[Callable[..., None], str, Promise]] = {
    "confirm": (
        workflow.confirm_clawback,
        Clawback.State.CONFIRMED,
        gettext_lazy("Booked. The unit has been told."),
    ),
    "decline": (
        workflow.decline_clawback,
        Clawback.State.DECLINED,
        gettext_lazy("Declined. The money stays where it is."),
    ),
}


@login_required
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """Confirm or decline a proposed clawback, as the page proposed it."""
    clawback = reached_or_404(request.user, "incentives.disburse", Clawback.objects.all(), pk=pk)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    source = clawback.line.source
    try:
        refuse_unknown_fields(request.POST, ["key", "verdict", "reason"])
        if request.POST.get("verdict") not in VERDICTS:
            raise Incomplete(_("Please confirm or decline."))
        carry_out, state, done = VERDICTS[request.POST["verdict"]]
        reason = request.POST.get("reason", "").strip()
        # In its own transaction: a proposal that has lapsed remains lapsed when the step is refused because of it.
        workflow.review_clawbacks([clawback.line.holder_id])
        with confirming_sent(request, page_step(type(source), source.pk)) as shown:
            proposal = shown["clawbacks"].get(str(pk))
            if proposal is None:
                raise Outdated(_("This was not on the page. Nothing was done. Please look again."))
            carry_out(clawback, by=request.user, reason=reason, expected=proposal)
    except previews.AlreadyDone as again:
        clawback.refresh_from_db()
        if clawback.state != state:
            return _settle_anew(request, clawback, again)
    except Refused as refused:
        return _settle_anew(request, clawback, refused)
    messages.success(request, done)
    return redirect(source)


def _settle_anew(request: HttpRequest, clawback: Clawback, refused: Refused) -> HttpResponse:
    source = source_or_404(request, type(clawback.line.source), clawback.line.source.pk)
    return show_anew(request, source, refused, typed={"pk": clawback.pk, "reason": request.POST.get("reason", "")})
