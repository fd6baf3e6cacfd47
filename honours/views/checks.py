"""The joint check of a list, and objections against it, for those who answer."""

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404
from honours.forms import AnswerForm, ReplyForm
from honours.models import ReplyFinding, Round, RoundObjection
from honours.models.lifecycle import RUN
from honours.views.rounds import lapse_step, show
from honours.workflow import checking, objections
from records import previews
from records.confirming import carry_out
from records.files import serve
from records.step_forms import ReasonForm
from reviews.department_checks.assignments import ANSWER
from villages.models import Unit


@permission_or_404(ANSWER)
def reply(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """Answer for one department (``number``: its place in the round's list) on the villages of its county."""
    round, county, department = _asked_or_404(request, pk, code, number)
    if (county.pk, department) not in checking.answers_for(request.user, round):
        raise Http404
    listed = list(checking.listed_in(round, county.pk))
    earlier = checking.standing_replies(round).filter(unit=county, department=department).select_related("by").first()
    found = dict(ReplyFinding.objects.filter(reply=earlier).values_list("nomination", "text")) if earlier else {}
    form, status = ReplyForm(request.POST or None, nominations=listed, found=found), 200
    key = f"reply_to_round:{pk}:{code}:{number}"
    if request.method == "POST":
        tried = carry_out(
            request,
            key,
            form,
            lambda shown: checking.reply(
                round,
                county,
                department,
                by=request.user,
                findings=form.findings,
                note=form.cleaned_data["note"],
                shown=shown,
            ),
            done=lambda: earlier or round,
        )
        if tried.made:
            messages.success(request, _("The answer is signed."))
            return redirect("honour_round", pk)
        status = tried.status
    context = {
        "round": round,
        "county": county,
        "department": department,
        "listed": listed,
        "earlier": earlier,
        "form": form,
        "key": previews.keep(request.user, key, [one.pk for one in listed]),
    }
    return render(request, "honours/reply.html", context, status=status)


@permission_or_404(RUN)
@require_POST
def lapse(request: HttpRequest, pk: int, code: str, number: int) -> HttpResponse:
    """Go on without a department that has missed its day."""
    round, county, department = _asked_or_404(request, pk, code, number)
    if not request.user.has_perm(RUN, round):
        raise Http404
    form, step = ReasonForm(request.POST), lapse_step(round, code, number)
    tried = carry_out(
        request,
        step,
        form,
        lambda _shown: checking.note_lapse(
            round, county, department, by=request.user, note=form.cleaned_data["reason"]
        ),
        done=lambda: round,
    )
    if tried.made:
        messages.success(request, _("Noted: no answer came in time."))
        return redirect("honour_round", pk)
    return show(request, round, {step: form}, tried.status)


@permission_or_404(objections.ANSWER)
def objection(request: HttpRequest, pk: int) -> HttpResponse:
    """An objection, and the form to answer it."""
    rows = objections.shown_to(request.user).select_related("nomination__round", "unit", "answered_by")
    one = get_object_or_404(rows, pk=pk)
    may = one.state == RoundObjection.State.OPEN and objections.may_answer(request.user, one.nomination)
    form, status = AnswerForm(request.POST or None), 200
    if request.method == "POST":
        tried = carry_out(
            request,
            f"answer_round_objection:{pk}",
            form,
            lambda shown: objections.answer(one, by=request.user, expected=shown, **form.cleaned_data),
            done=lambda: one,
        )
        if tried.made:
            messages.success(request, _("The answer is kept."))
            return redirect("nomination", one.nomination_id)
        one, status = get_object_or_404(rows, pk=pk), tried.status
    shown = [one.state, one.nomination.state]
    key = previews.keep(request.user, f"answer_round_objection:{pk}", shown) if may else ""
    return render(
        request, "honours/objection.html", {"objection": one, "form": form, "may": may, "key": key}, status=status
    )


def _asked_or_404(request: HttpRequest, pk: int, code: str, number: int) -> tuple[Round, Unit, str]:
    round = get_object_or_404(Round.objects.seen_by(request.user).select_related("unit"), pk=pk)
    county = get_object_or_404(Unit, code=code)
    if number >= len(round.departments) or not code.startswith(round.unit_id):
        raise Http404
    return round, county, round.departments[number]


@permission_or_404(objections.ANSWER)
@require_safe
def objection_photo(request: HttpRequest, pk: int) -> FileResponse:
    """The photo sent with an objection, for those who may answer it."""
    rows = objections.shown_to(request.user).select_related("photo").exclude(photo=None)
    return serve(get_object_or_404(rows, pk=pk).photo, request.GET.get("as", ""))
