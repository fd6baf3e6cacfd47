"""One unit in a programme: its short form while answers are taken, and why it has its grade once that is out."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.authority import permission_or_404
from accounts.role_holders import places_of
from programmes.facts import fact_of
from programmes.forms import AnswersForm
from programmes.models import VIEW, ProgrammeResult
from programmes.presenters import FactSheet, ResultPage, supplier_of
from programmes.views.programmes import seen_or_404, shows_results
from programmes.workflow import answers as workflow
from records import previews
from records.confirming import carry_out
from records.refused_forms import Refusal
from villages.models import Unit, below_any


@permission_or_404(VIEW)
def unit(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    cycle = seen_or_404(request.user, pk)
    place = get_object_or_404(Unit.objects.filter(below_any(request.user.reach(VIEW))), code=code)
    if shows_results(request.user, cycle) and request.method != "POST":
        result = get_object_or_404(ProgrammeResult.objects.select_related("unit"), cycle=cycle, unit=place)
        why = ResultPage(result, cycle.scheme.spec, fact_of(cycle, place), request.user)
        context = {"cycle": cycle, "unit": place, "why": why}
        return render(request, "programmes/result.html", context)
    if not cycle.rated_units().filter(pk=place.pk).exists():
        raise Http404
    known = fact_of(cycle, place)
    own = workflow.open_to(request.user, cycle, known, places_of(request.user.pk))
    step, status, late = f"answer_programme:{pk}:{code}", 200, False
    shown = previews.find(request.user, step, request.POST.get("key", "")) if request.method == "POST" else None
    if request.method == "POST" and not own and not shown:
        raise Http404
    open_here = bool(own) and cycle.takes_answers
    asked_now = shown is None or shown.content["scheme"] == cycle.scheme_id
    form = AnswersForm(own if asked_now else [], request.POST or None)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: [workflow.save_answers(cycle, place, form.typed, by=request.user, expected=shown)],
            done=lambda: [0],
        )
        if tried.made:
            messages.success(request, _saved(tried.made[0]))
            return redirect("programme_unit", pk, code)
        known, status, late = fact_of(cycle, place), tried.status, not open_here or bool(form.left_over)
    context = {
        "cycle": cycle,
        "unit": place,
        "known": known,
        "sheet": FactSheet(known),
        "form": (AnswersForm(own) if late else form) if open_here else None,
        "key": previews.keep(request.user, step, workflow.standing(cycle, own)) if open_here else "",
        "others": sorted({supplier_of(one) for one in known.asked if one not in own and one.value is None}),
        "refused": [Refusal.of(form)] if late else [],
    }
    return render(request, "programmes/unit.html", context, status=status)


def _saved(missing: int) -> str:
    if not missing:
        return _("Saved. Nothing of yours is missing any more.")
    return ngettext(
        "Saved. %(n)s answer of yours is still missing.", "Saved. %(n)s answers of yours are still missing.", missing
    ) % {"n": missing}
