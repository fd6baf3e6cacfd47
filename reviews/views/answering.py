"""Objections for those who answer them."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.templatetags.face import star_name
from records.excel_export import as_workbook
from records.files import serve
from records.previews import AlreadyDone
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from reviews import exports
from reviews.appeals.answer_basis import of_objection
from reviews.decisions.visibility import objections_for
from reviews.models import Objection
from reviews.models.lifecycle import OBJECTION_STEPS, ObjectionState
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.views.answer_confirm import confirm, foreseen, list_once_more, typed_in
from reviews.workflow import objections as workflow
from reviews.workflow.actions import OBJECTION_ACTIONS

PER_PAGE = 30


@login_required
def objections(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    if not any(
        request.user.reach(review_level.permission("answer_objection")) for review_level in REVIEW_LEVELS.values()
    ):
        raise Http404
    objections = objections_for(request.user).select_related("unit", "decision")
    ordered = objections.order_by(Case(When(state="open", then=Value(0)), default=Value(1)), "-pk")
    if book := as_workbook(request, _("Objections"), exports.objections(), ordered):
        return book
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/appeals/objections.html", {"page": page})


@login_required
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    objection = get_object_or_404(
        objections_for(request.user).select_related("unit", "decision__batch_entry__batch", "answered_by"), pk=pk
    )
    error, status, typed = "", 200, typed_in(request)
    if request.method == "POST" and "change" not in request.POST:
        try:
            if "confirmed" in request.POST:
                typed = {}
                confirm(request, _step(objection), partial(_take, objection, request.user), typed)
            else:
                return _list_once_more(request, objection, typed)
        except Incomplete as refused:
            error = str(refused)
        except AlreadyDone:
            pass
        except WrongState as late:
            if not _answered_so(request.user, typed, pk):
                error, status = str(late), 409
                objection.refresh_from_db()
        if not error:
            messages.success(request, _("Answered. The answer can be seen with the receipt number."))
            return redirect("review_objections")
    steps = {step.verb: step for step in OBJECTION_ACTIONS.available(request.user, objection)}
    context = {"objection": objection, "steps": steps, "answer": typed.get("answer", ""), "error": error}
    return render(request, "reviews/appeals/objection.html", context, status=status)


def _step(objection: Objection) -> str:
    return f"answer:objection:{objection.pk}"


def _take(objection: Objection, by: User, given: Mapping[str, str], *, expected: Any) -> None:
    """Give the answer that was typed."""
    refuse_unknown_fields(given, ["do", "answer"])
    step = {"dismiss": workflow.dismiss, "uphold": workflow.uphold}.get(given.get("do", ""))
    if step is None:
        raise Http404
    step(objection, by=by, answer=given.get("answer", ""), expected=expected)


def _list_once_more(request: HttpRequest, objection: Objection, typed: dict[str, str]) -> HttpResponse:
    foreseen(partial(_take, objection, request.user), typed)
    upheld, standing = typed["do"] == "uphold", of_objection(objection, objection.decision)
    star = star_name(objection.decision.star)
    follows = [
        _("The decision of %s is overturned and goes back to the level that decided.") % star
        if upheld
        else _("The decision of %s stands.") % star
    ]
    if upheld and standing["appeals"]:
        follows.append(_("The appeal against it lapses."))
    rows = [
        (objection.unit.get_level_display(), objection.unit.name),
        (_("What the answer changes"), "\n".join(follows)),
        (_("Answer"), typed["answer"].strip()),
    ]
    title = ObjectionState(OBJECTION_STEPS.named[typed["do"]].to).label
    return list_once_more(request, _step(objection), typed, standing, rows, title)


@login_required
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo sent with an objection, for those who may answer it."""
    objection = get_object_or_404(objections_for(request.user).select_related("photo").exclude(photo=None), pk=pk)
    return serve(objection.photo, request.GET.get("as", ""))


def _answered_so(by: User, given: Mapping[str, str], pk: int) -> bool:
    """Whether ``by`` has given exactly this answer: a second click gets the same response."""
    step = OBJECTION_STEPS.named.get(given.get("do", ""))
    if step is None or not step.moves:
        return False
    state, said = step.to, given.get("answer", "").strip()
    return Objection.objects.filter(pk=pk, state=state, answered_by=by, answer=said).exists()
