"""Returning applications that were submitted by mistake to their villages, many at once: a preview, then the step."""

from collections.abc import Collection
from functools import reduce
from operator import or_

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.authority import where_held
from accounts.role_holders import has_post
from ratings.models import Application
from ratings.models.lifecycle import STEPS
from ratings.workflow import application as workflow
from records import previews
from records.confirming import confirming_sent, not_taken
from records.numbers import keys
from records.refusals import Incomplete, NotAllowed, WrongState, refuse_unknown_fields

STEP = "undo_submissions"
RIGHTS = STEPS["undo_submission"].permissions
QUEUE = f"?state={Application.State.SUBMITTED}"


@login_required
@require_POST
def page(request: HttpRequest) -> HttpResponse:
    """First the chosen villages and a field for the reason; with ``confirmed`` exactly these are returned."""
    if not any(map(request.user.reach, RIGHTS)):
        raise NotAllowed
    refuse_unknown_fields(request.POST, {"application", "key", "reason", "confirmed"})
    chosen = keys(request.POST.getlist("application"))
    mine = reduce(or_, (where_held(request.user, right) for right in RIGHTS))
    applications = Application.objects.select_related("unit", "cycle").filter(mine, pk__in=chosen)
    applications = applications.exclude(has_post(request.user.pk, "unit"))
    back = reverse("applications") + QUEUE
    problem = late = ""
    if "confirmed" in request.POST:
        try:
            given = _give_back(request, applications)
        except previews.AlreadyDone:
            messages.success(request, _("Given back. The units have been told."))
            return redirect(back)
        except Incomplete as incomplete:
            problem = str(incomplete)
        except WrongState as refused:
            late = str(refused)
        else:
            done = ngettext("Given back: %s application.", "Given back: %s applications.", given) % given
            messages.success(request, " ".join([done, _("The units have been told.")]))
            return redirect(back)
    waiting = list(applications.filter(state=Application.State.SUBMITTED).order_by("unit_id"))
    if not waiting:
        not_taken(request, late or _("Please choose at least one application."))
        return redirect(back)
    if late:
        messages.warning(request, late)
    return render(
        request, "ratings/application/undo.html", _shown(request, waiting) | {"problem": problem, "back": back}
    )


def _give_back(request: HttpRequest, applications: Collection[Application]) -> int:
    with confirming_sent(request, STEP) as shown:
        reason = request.POST.get("reason", "")
        return len(workflow.undo_submissions(applications, by=request.user, reason=reason, expected=shown))


def _shown(request: HttpRequest, waiting: list[Application]) -> dict:
    return {
        "applications": waiting,
        "reason": request.POST.get("reason", ""),
        "key": previews.keep(request.user, STEP, workflow.submissions_of(waiting)),
    }
