"""The leader's desk: all applications waiting for a decision, and one application with its panel's points side
by side."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.authority import reached
from accounts.models import User
from accounts.together import asked_together
from ratings.models import Application, Transition
from records import previews
from records.confirming import confirming_sent, not_taken
from records.excel_export import as_workbook, wanted
from records.refusals import Incomplete, Outdated, WrongState, refuse_unknown_fields
from reviews import exports
from reviews.models import Settlement, Sheet
from reviews.models.review_levels import REVIEW_LEVELS, ReviewLevel, review_level_of
from reviews.presenters.panel_points import PanelPage
from reviews.views import desk_form
from reviews.workflow import decisions, recording, settlements
from reviews.workflow.desk_questions import ready, still_waiting
from reviews.workflow.desk_rows import DeskRow, finished, for_desk, rows_of, unfinished
from villages.forms.township_filter import TownshipFilterForm

PER_PAGE = 50
WAITING_SHOWN = 20


@login_required
@asked_together
def desk(request: HttpRequest) -> HttpResponse:
    """Everything that can be decided here. Choices are previewed; confirmed, all of them are recorded."""
    review_level, codes = _deciding(request.user)
    if request.method == "POST" and "confirmed" in request.POST:
        return _confirm(request, review_level, codes)
    if wanted(request):
        ready = _narrowed(request, codes, for_desk(finished(review_level, codes), request.user, review_level))
        rows = rows_of(list(ready), review_level, timezone.localdate())
        return as_workbook(request, _("To decide"), exports.to_decide(), rows)
    if request.method != "POST":
        return _shown(request, review_level, codes)
    if not {"change", "fill"} & request.POST.keys():
        desk_form.settle(request, review_level, codes)
    page, rows = _page(request, review_level, codes)
    try:
        desk_form.read(rows, request, codes)
    except Incomplete as unknown:
        messages.error(request, str(unknown))
        return _shown(request, review_level, codes, rows, page, status=400)
    if "fill" in request.POST:
        desk_form.fill(rows, request)
    if {"change", "fill"} & request.POST.keys():
        return _shown(request, review_level, codes, rows, page)
    chosen = desk_form.check(rows, request)
    if any(row.error for row in rows):
        messages.error(request, _("Some rows need to be corrected. What you typed is still here."))
    elif chosen:
        return desk_form.list_once_more(request, chosen, review_level)
    else:
        messages.warning(request, _("Nothing is chosen yet. Nothing was recorded."))
    return _shown(request, review_level, codes, rows, page)


def _confirm(request: HttpRequest, review_level: ReviewLevel, codes: list[str]) -> HttpResponse:
    """Record what was listed under the key, or nothing and show the current state."""
    shown: list[dict[str, Any]] = []
    try:
        refuse_unknown_fields(request.POST, ("key", "confirmed"))
        with previews.confirming(request.user, desk_form.step_of(review_level), request.POST.get("key", "")) as shown:
            recording.record(shown, review_level, codes, by=request.user)
    except previews.AlreadyDone as done:
        shown = done.shown
    except (Incomplete, WrongState) as refused:
        messages.warning(request, str(refused))
        page, rows = _page(request, review_level, codes)
        desk_form.lay_kept(rows, shown)
        status = 409 if isinstance(refused, WrongState) else 400
        return _shown(request, review_level, codes, rows, page, status=status)
    done = len(shown)
    messages.success(
        request,
        ngettext("%(count)s application decided.", "%(count)s applications decided.", done) % {"count": done},
    )
    return redirect("review_decisions")


def _page(request: HttpRequest, review_level: ReviewLevel, codes: list[str]) -> tuple[Page, list[DeskRow]]:
    """One page of the desk; includes those that were sent, should they be on another page by now."""
    everything: Sequence[Application] | QuerySet[Application] = ready(request.user, review_level.stage)
    if _filter(request, codes).asks:
        everything = _narrowed(request, codes, for_desk(finished(review_level, codes), request.user, review_level))
    page = Paginator(everything, PER_PAGE).get_page(request.GET.get("page"))
    chosen = list(page.object_list)
    if sent := desk_form.asked(request) - {one.pk for one in chosen}:
        chosen += for_desk(finished(review_level, codes), request.user, review_level).filter(pk__in=sent)
    return page, rows_of(chosen, review_level, timezone.localdate())


def _filter(request: HttpRequest, codes: list[str]) -> TownshipFilterForm:
    """One form a request, which reads its townships once."""
    if not hasattr(request, "township_filter"):
        request.township_filter = TownshipFilterForm(request.GET, codes=codes, form_id="filter")
    return request.township_filter


def _narrowed(request: HttpRequest, codes: list[str], rows: QuerySet[Application]) -> QuerySet[Application]:
    form = _filter(request, codes)
    return form.narrow(rows) if form.asks else rows


def _shown(
    request: HttpRequest,
    review_level: ReviewLevel,
    codes: list[str],
    rows: list[DeskRow] | None = None,
    page: Page | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    if rows is None or page is None:
        page, rows = _page(request, review_level, codes)
    if _filter(request, codes).asks:
        waiting = list(_narrowed(request, codes, unfinished(review_level, codes))[: WAITING_SHOWN + 1])
    else:
        waiting = still_waiting(request.user, review_level.stage, WAITING_SHOWN + 1)
    shown = {
        "filter": _filter(request, codes),
        "page": page,
        "rows": rows,
        "review_level": review_level,
        "waiting": waiting[:WAITING_SHOWN],
        "more_waiting": len(waiting) > WAITING_SHOWN,
    }
    return render(request, "reviews/decisions/decisions.html", shown, status=status)


@login_required
def application(request: HttpRequest, pk: int) -> HttpResponse:
    """One application: the panel's points side by side once all sheets are in, settlements, and the decision."""
    application, review_level = opened(request.user, pk)
    row, status = None, 200
    decides = request.user.has_perm(review_level.permission("decide"), application)
    if request.method == "POST" and not decides:
        raise Http404
    if decides and application.state == review_level.state:
        if request.method == "POST" and "change" not in request.POST:
            desk_form.settle(request, review_level, [application.unit_id])
        row = _row(application, request.user, review_level)
    if request.method == "POST" and row is None:
        not_taken(request, desk_form.moved_on([application.unit.name]))
        return redirect("review_application", pk)
    if request.method == "POST":
        try:
            desk_form.read([row], request, [application.unit_id])
            if "change" not in request.POST and desk_form.check([row], request) and not row.error:
                return desk_form.list_once_more(request, [row], review_level)
        except Incomplete as unknown:
            row.error, status = str(unknown), 400
    return render(
        request,
        "reviews/decisions/application.html",
        {
            "application": application,
            "review_level": review_level,
            "row": row,
            "panel": PanelPage(application, review_level),
            **_notes(request.user, application, review_level),
            **_taking_back(request.user, application),
        },
        status=status,
    )


def _notes(user: User, application: Application, review_level: ReviewLevel) -> dict[str, Any]:
    """The notes on spreads; for who may write them, each with the key of its form."""
    of_panel = Settlement.objects.filter(application=application, stage=review_level.stage)
    notes = list(of_panel.select_related("by").prefetch_related("addenda__by"))
    may_settle = settlements.may_write(user, application, review_level)
    for note in notes if may_settle else []:
        note.key = previews.keep(user, settling(note.pk), settlements.said_in(note))
    return {"settlements": notes, "may_settle": may_settle}


def settling(pk: int) -> str:
    return f"settlement:{pk}"


def _taking_back(user: User, application: Application) -> dict[str, Any]:
    decision = decisions.taken_back_by(user, application)
    if decision is None:
        return {}
    return {"may_reconsider": True, "key": previews.keep(user, f"reconsider:{application.pk}", decision.pk)}


@login_required
@require_POST
def reconsider(request: HttpRequest, pk: int) -> HttpResponse:
    application = get_object_or_404(_within(request.user, ("decide",)), pk=pk)
    reason = request.POST.get("reason", "")
    try:
        refuse_unknown_fields(request.POST, ("key", "reason"))
        with confirming_sent(request, f"reconsider:{pk}") as shown:
            decisions.reconsider(application, by=request.user, reason=reason, expected=shown)
    except previews.AlreadyDone:
        pass
    except Outdated as outdated:
        not_taken(request, outdated)
        return redirect("review_application", pk)
    except WrongState:  # unless it is a second click on exactly this
        last = Transition.objects.filter(application=application).order_by("-pk").first()
        done = last and (last.verb, last.by_id, last.reason) == ("reconsider", request.user.pk, reason.strip())
        if not done:
            raise
    messages.success(request, _("Taken back. It can be decided anew."))
    return redirect("review_application", pk)


def _deciding(user: User) -> tuple[ReviewLevel, list[str]]:
    for review_level in REVIEW_LEVELS.values():
        if codes := user.reach(review_level.permission("decide")):
            return review_level, codes
    raise Http404


def _within(user: User, verbs: Iterable[str]) -> QuerySet[Application]:
    """Applications where ``user`` holds one of ``verbs`` at either level."""
    everything = Application.objects.select_related("unit", "cycle__scheme")
    permissions = [review_level.permission(verb) for review_level in REVIEW_LEVELS.values() for verb in verbs]
    reachable = everything.none()
    for permission in permissions:
        if user.reach(permission):
            reachable = reachable | reached(user, permission, everything)
    return reachable


def opened(user: User, pk: int) -> tuple[Application, ReviewLevel]:
    """The application with the review level at which ``user`` may see its panel's points, or 404.

    The deciding and convening office and, when all sheets are in, the reviewers themselves; each only at its level.
    """
    application = get_object_or_404(_within(user, ("decide", "convene", "score")), pk=pk)
    current = review_level_of(application.state)
    review_levels = sorted(REVIEW_LEVELS.values(), key=lambda review_level: review_level is not current)
    for review_level in review_levels:
        if user.has_perm(review_level.permission("decide"), application) or user.has_perm(
            review_level.permission("convene"), application
        ):
            return application, review_level
        own = Sheet.objects.filter(application=application, stage=review_level.stage)
        states = dict(own.values_list("reviewer_id", "state"))
        if states.get(user.pk) == Sheet.State.HANDED_IN and Sheet.State.OPEN not in states.values():
            return application, review_level
    raise Http404


def _row(application: Application, user: User, review_level: ReviewLevel) -> DeskRow | None:
    """The desk's row of one application; None until the panel has finished."""
    chosen = list(
        for_desk(
            Application.objects.filter(pk=application.pk, points__stage=review_level.stage).distinct(),
            user,
            review_level,
        )
    )
    return next(iter(rows_of(chosen, review_level, timezone.localdate())), None)
