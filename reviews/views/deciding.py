"""The leader's desk: all that wait for a decision, and one application with its panel's points side by side."""

from collections.abc import Iterable

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.authority import reached
from accounts.models import User
from ratings.models import Application
from records.lists import as_workbook, wanted
from records.numbers import keys
from records.refusals import Incomplete, Refused
from reviews import lists
from reviews.desk_rows import RECOMMEND, REJECT, SEND_BACK, Row, finished, for_desk, rows_of, unfinished
from reviews.models import Settlement, Sheet
from reviews.panel_page import PanelPage
from reviews.stages import BENCHES, Bench, bench_of
from reviews.workflow import decisions, settlements
from villages.models import below_any

PER_PAGE = 50
WAITING_SHOWN = 20


@login_required
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that can be decided here; one button records what was chosen for the rows shown."""
    bench, codes = _deciding(request.user)
    ready = for_desk(finished(bench, codes), request.user, bench)
    if wanted(request):
        rows = rows_of(list(ready), bench, timezone.localdate())
        return as_workbook(request, _("To decide"), lists.to_decide(), rows)
    page = Paginator(ready, PER_PAGE).get_page(request.GET.get("page"))
    rows = rows_of(list(page.object_list), bench, timezone.localdate())
    if request.method == "POST":
        _tell_who_was_late(request, rows, codes)
        done = _record(rows, request)
        if done:
            messages.success(
                request,
                ngettext("%(count)s application decided.", "%(count)s applications decided.", done) % {"count": done},
            )
        if not any(row.error for row in rows):
            return redirect("review_decisions")
        messages.error(request, _("Some rows need to be put right. What you typed is still here."))
        rows = [row for row in rows if not row.application.done]
    else:
        for row in rows:
            row.suggest()
    waiting = list(unfinished(bench, codes)[: WAITING_SHOWN + 1])
    return render(
        request,
        "reviews/decisions.html",
        {
            "page": page,
            "rows": rows,
            "bench": bench,
            "waiting": waiting[:WAITING_SHOWN],
            "more_waiting": len(waiting) > WAITING_SHOWN,
        },
    )


@login_required
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: the panel's points side by side once all sheets are in, notes, and the decision."""
    found, bench = opened(request.user, pk)
    row = None
    if request.user.has_perm(bench.permission("decide"), found) and found.state == bench.state:
        row = _row(found, request.user, bench)
    if request.method == "POST":
        if row is None:
            raise Http404
        if _record([row], request):
            messages.success(request, _("Recorded."))
            return redirect("review_decisions")
    elif row is not None:
        row.suggest()
    return render(
        request,
        "reviews/application.html",
        {
            "application": found,
            "bench": bench,
            "row": row,
            "panel": PanelPage(found, bench),
            "settlements": Settlement.objects.filter(application=found, stage=bench.stage)
            .select_related("by")
            .prefetch_related("addenda__by"),
            "may_settle": settlements.may_write(request.user, found, bench),
            "may_reconsider": decisions.taken_back_by(request.user, found) is not None,
        },
    )


@login_required
@require_POST
def reconsider(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(_within(request.user, ("decide",)), pk=pk)
    decisions.reconsider(found, by=request.user, reason=request.POST.get("reason", ""))
    messages.success(request, _("Taken back. It can be decided anew."))
    return redirect("review_application", pk)


def _deciding(user: User) -> tuple[Bench, list[str]]:
    for bench in BENCHES.values():
        if codes := user.reach(bench.permission("decide")):
            return bench, codes
    raise Http404


def _within(user: User, verbs: Iterable[str]) -> QuerySet[Application]:
    """Applications where ``user`` holds one of ``verbs`` at either level."""
    everything = Application.objects.select_related("unit", "cycle__scheme")
    permissions = [bench.permission(verb) for bench in BENCHES.values() for verb in verbs]
    found = everything.none()
    for permission in permissions:
        if user.reach(permission):
            found = found | reached(user, permission, everything)
    return found


def opened(user: User, pk: int) -> tuple[Application, Bench]:
    """The application with the bench at which ``user`` may see its panel's points, or 404.

    The deciding and convening office and, when all sheets are in, the reviewers themselves; each only at its level.
    """
    found = get_object_or_404(_within(user, ("decide", "convene", "score")), pk=pk)
    current = bench_of(found.state)
    benches = sorted(BENCHES.values(), key=lambda bench: bench is not current)
    for bench in benches:
        if user.has_perm(bench.permission("decide"), found) or user.has_perm(bench.permission("convene"), found):
            return found, bench
        own = Sheet.objects.filter(application=found, stage=bench.stage)
        states = dict(own.values_list("reviewer_id", "state"))
        if states.get(user.pk) == Sheet.State.HANDED_IN and Sheet.State.OPEN not in states.values():
            return found, bench
    raise Http404


def _row(found: Application, user: User, bench: Bench) -> Row | None:
    """The desk's row of one application; None until the panel has finished."""
    chosen = list(for_desk(Application.objects.filter(pk=found.pk, points__stage=bench.stage).distinct(), user, bench))
    return next(iter(rows_of(chosen, bench, timezone.localdate())), None)


def _record(rows: list[Row], request: HttpRequest) -> int:
    """Take what was chosen for each row, one by one; how many were done. A refusal stays beside its row."""
    done = 0
    for row in rows:
        pk = row.application.pk
        row.choice, row.reason = request.POST.get(f"choice.{pk}", ""), request.POST.get(f"reason.{pk}", "")
        row.application.done = False
        if not row.choice:
            continue
        try:
            _take(row, request.user)
        except Refused as refused:
            row.error = str(refused)
        else:
            row.application.done = True
            done += 1
    return done


def _tell_who_was_late(request: HttpRequest, rows: list[Row], codes: list[str]) -> None:
    """Name the applications that were on the sender's page but have been decided by somebody quicker."""
    posted = {key.partition(".")[2] for key, value in request.POST.items() if key.startswith("choice.") and value}
    gone = posted - {str(row.application.pk) for row in rows}
    names = Application.objects.filter(below_any(codes, "unit_id"), pk__in=keys(gone))
    if moved_on := list(names.values_list("unit__name", flat=True)):
        messages.warning(request, _("Somebody was quicker: %(units)s has moved on.") % {"units": "、".join(moved_on)})


def _take(row: Row, by: User) -> None:
    if row.choice == RECOMMEND:
        decisions.recommend(row.application, star=row.own_star, by=by, reason=row.reason)
    elif row.choice == REJECT:
        decisions.reject(row.application, by=by, reason=row.reason)
    elif row.choice == SEND_BACK:
        decisions.send_back(row.application, by=by, reason=row.reason)
    elif star := keys([row.choice]):
        decisions.decide(row.application, star=star.pop(), by=by, reason=row.reason)
    else:
        raise Incomplete(_("Please choose from the list."))
