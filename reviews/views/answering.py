"""Objections for those who answer them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Case, Value, When
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from records.files import serve
from records.lists import as_workbook
from records.refusals import Incomplete, WrongState, refuse_unknown_fields
from reviews import lists
from reviews.models import Objection
from reviews.stages import BENCHES
from reviews.visibility import objections_for
from reviews.workflow import objections as workflow

PER_PAGE = 30


@login_required
def objections(request: HttpRequest) -> HttpResponse:
    """Open ones first."""
    if not any(request.user.reach(bench.permission("answer_objection")) for bench in BENCHES.values()):
        raise Http404
    found = objections_for(request.user).select_related("unit", "decision")
    ordered = found.order_by(Case(When(state="open", then=Value(0)), default=Value(1)), "-pk")
    if book := as_workbook(request, _("Objections"), lists.objections(), ordered):
        return book
    page = Paginator(ordered, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "reviews/objections.html", {"page": page})


@login_required
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(
        objections_for(request.user).select_related("unit", "decision__batch_entry__batch", "answered_by"), pk=pk
    )
    may_answer = found.state == Objection.State.OPEN and workflow.may_answer(request.user, found.decision)
    answer, error = request.POST.get("answer", ""), ""
    if request.method == "POST":
        step = {"dismiss": workflow.dismiss, "uphold": workflow.uphold}.get(request.POST.get("do", ""))
        if step is None:
            raise Http404
        try:
            refuse_unknown_fields(request.POST, ["do", "answer"])
            step(found, by=request.user, answer=answer)
        except Incomplete as refused:
            error = str(refused)
        except WrongState:
            if not _answered_so(request, pk):
                raise
        if not error:
            messages.success(request, _("Answered. The answer can be seen with the receipt number."))
            return redirect("review_objections")
    return render(
        request,
        "reviews/objection.html",
        {"objection": found, "may_answer": may_answer, "answer": answer, "error": error},
    )


@login_required
def photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo sent with an objection, for those who may answer it."""
    found = get_object_or_404(objections_for(request.user).select_related("photo").exclude(photo=None), pk=pk)
    return serve(found.photo, request.GET.get("as", ""))


def _answered_so(request: HttpRequest, pk: int) -> bool:
    """Whether the sender has given this very answer: a second click is answered like the first."""
    state = {"dismiss": Objection.State.DISMISSED, "uphold": Objection.State.UPHELD}[request.POST["do"]]
    said = request.POST.get("answer", "").strip()
    return Objection.objects.filter(pk=pk, state=state, answered_by=request.user, answer=said).exists()
