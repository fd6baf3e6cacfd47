"""Assessments: list, formula, figures; one unit's own figure and how to raise it; the villages behind a term."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.authority import permission_or_404, reached_or_404
from records import previews
from records.confirming import answer_late, carry_out
from records.excel_export import as_workbook
from records.offered_steps import lost
from reports import exports
from reports.assessments import keeping
from reports.assessments.forms import DecisionForm, FormulaForm
from reports.assessments.kept import AssessmentFigures, calculated, last_year, spec_of
from reports.assessments.readers import compares, own_places, shown_in
from reports.assessments.wording import how_to_raise, in_words, name_of
from reports.models import Assessment, AssessmentState
from reports.models.assessment import MANAGE, VIEW
from villages.models import Level, Unit

ROWS = 50
MAKERS = Unit.objects.filter(level__in=[Level.COUNTY, Level.ZONE, Level.CITY])
DONE = {
    "issue": gettext_lazy("Issued. Those assessed see the formula and their own figure."),
    "freeze": gettext_lazy("Decided. The figures do not change any more."),
}


@permission_or_404(MANAGE, VIEW)
@require_safe
def assessments(request: HttpRequest) -> HttpResponse:
    found = Assessment.objects.seen_by(request.user).select_related("unit")
    if book := as_workbook(request, _("Assessments"), exports.assessments(), found):
        return book
    held = request.user.reach(MANAGE)
    makers = list(MAKERS.filter(code__in=held).order_by("code"))
    cities = [unit for unit in makers if unit.level == Level.CITY]
    context = {
        "page": Paginator(found, ROWS).get_page(request.GET.get("page")),
        "makers": makers,
        "comparisons": [(city, shown_in(city.code)) for city in cities],
    }
    return render(request, "reports/assessments/list.html", context)


@permission_or_404(MANAGE)
def new(request: HttpRequest, code: str) -> HttpResponse:
    unit = reached_or_404(request.user, MANAGE, MAKERS, field="code", code=code)
    return _write(request, unit, None)


@permission_or_404(MANAGE)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    one = _made_or_404(request, pk)
    if one.state != AssessmentState.DRAFT:
        answer_late(request, _step(one.unit, one), _("Saved as a draft."))
        return redirect(one)
    return _write(request, one.unit, one)


def _step(unit: Unit, one: Assessment | None) -> str:
    return f"write_assessment:{one.pk if one else f'new {unit.pk}'}"


def _write(request: HttpRequest, unit: Unit, one: Assessment | None) -> HttpResponse:
    step, status = _step(unit, one), 200
    form = FormulaForm(request.POST or None, unit=unit, assessment=one)
    preview: list[dict[str, Any]] = []
    if request.method == "POST" and "preview" in request.POST:
        status, preview = (200, calculated(last_year(form_spec(form)))) if form.is_valid() else (400, [])
    elif request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: keeping.write_assessment(
                unit, form.cleaned_data["formula"], by=request.user, assessment=one, expected=shown or None
            ),
            done=lambda: one or Assessment.objects.filter(unit=unit, name=request.POST.get("name", "")).first(),
        )
        if tried.made:
            messages.success(request, _("Saved as a draft."))
            return redirect(tried.made)
        status = tried.status
    key = previews.keep(request.user, step, keeping.standing(one) if one else {})
    context = {"form": form, "unit": unit, "assessment": one, "key": key, "preview": _named(preview)}
    return render(request, "reports/assessments/edit.html", context, status=status)


def form_spec(form: FormulaForm) -> Any:
    return spec_of(Assessment(formula=form.cleaned_data["formula"]))


def _named(rows: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    known = Unit.objects.in_bulk([row["unit"] for row in rows])
    return [(row["unit"], known[row["unit"]].name, row["figure"]) for row in rows]


@permission_or_404(MANAGE, VIEW)
@require_safe
def assessment(request: HttpRequest, pk: int) -> HttpResponse:
    """All figures, for those who may compare them; others are led to their own."""
    one = _seen_or_404(request, pk)
    if not compares(request.user, one):
        own = own_places(request.user, one)
        return redirect("assessment-place", one.pk, own[0])
    return _show(request, one, {})


@permission_or_404(MANAGE)
@require_POST
def step(request: HttpRequest, pk: int, verb: str) -> HttpResponse:
    """Issue the formula, or freeze the figures."""
    one = _made_or_404(request, pk)
    form = DecisionForm(request.POST) if verb == "freeze" else Form(request.POST)

    def act(shown: Any) -> Assessment:
        if verb == "freeze":
            keeping.freeze_assessment(one, document=form.cleaned_data["document"], by=request.user, expected=shown)
        else:
            keeping.issue_assessment(one, by=request.user, expected=shown)
        return one

    tried = carry_out(request, f"{verb}_assessment:{pk}", form, act, done=lambda: one)
    if tried.made:
        messages.success(request, DONE[verb])
        return redirect(one)
    return _show(request, _made_or_404(request, pk), {verb: form}, tried.status)


def _show(request: HttpRequest, one: Assessment, forms: dict[str, Any], status: int = 200) -> HttpResponse:
    verb = {AssessmentState.DRAFT: "issue", AssessmentState.ISSUED: "freeze"}.get(AssessmentState(one.state))
    manages = request.user.has_perm(MANAGE, one)
    figures = AssessmentFigures(one, freezing=manages and verb == "freeze")
    if book := as_workbook(request, one.name, exports.assessed(figures.spec), figures.places):
        return book
    offered = [verb] if manages and verb else []
    still = [form for name, form in forms.items() if name in offered]
    context: dict[str, Any] = {
        "assessment": one,
        "figures": figures,
        "terms": [(term, name_of(term), in_words(term)) for term in figures.spec.terms],
        "manages": manages,
        "form": forms.get("freeze") or DecisionForm(),
        "refused": " ".join(str(said) for form in still for said in form.non_field_errors()),
        "lost": lost(forms, offered),
    }
    before = calculated(last_year(figures.spec)) if one.state == AssessmentState.DRAFT else []
    earlier = {row["unit"]: row["figure"] for row in before}
    context["rows"] = [(place, earlier.get(place.unit.code, "")) for place in figures.places]
    context["draft"] = one.state == AssessmentState.DRAFT
    if manages and verb:
        shown = figures.to_freeze() if verb == "freeze" else keeping.standing(one)
        context["verb"] = verb
        context["key"] = previews.keep(request.user, f"{verb}_assessment:{one.pk}", shown)
    return render(request, "reports/assessments/assessment.html", context, status=status)


@permission_or_404(MANAGE, VIEW)
@require_safe
def place(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    """One unit's own figure, term by term, and what would raise it."""
    one, figures, here = _place_or_404(request, pk, code)
    rows = [
        (term, name_of(term.term), in_words(term.term), how_to_raise(here, term))
        for term in sorted(here.terms, key=lambda term: -term.lost)
    ]
    names = {term.term.code: name for term, name, _words, _hint in rows}
    villages = [
        (unit, [(term, names[term.code], value) for term, value in adds]) for unit, adds in figures.villages_of(code)
    ]
    context = {"assessment": one, "place": here, "rows": rows, "compares": compares(request.user, one)}
    context["villages"] = Paginator(villages, ROWS).get_page(request.GET.get("page"))
    return render(request, "reports/assessments/place.html", context)


@permission_or_404(MANAGE, VIEW)
@require_safe
def term(request: HttpRequest, pk: int, code: str, term: str) -> HttpResponse:
    """The villages behind one term of one unit, those that add least first."""
    one, figures, here = _place_or_404(request, pk, code)
    known = figures.term(term)
    if known is None:
        raise Http404
    rows = figures.villages(known, here.unit.code)
    if book := as_workbook(request, name_of(known), exports.villages_behind(), rows):
        return book
    value = next(value for value in here.terms if value.term.code == known.code)
    context = {"assessment": one, "place": here, "term": value, "name": name_of(known), "words": in_words(known)}
    context["page"] = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    return render(request, "reports/assessments/term.html", context)


@permission_or_404(MANAGE)
@require_POST
def comparison(request: HttpRequest, code: str) -> HttpResponse:
    """Turn the comparison of a city on or off."""
    city = reached_or_404(request.user, MANAGE, Unit.objects.filter(level=Level.CITY), field="code", code=code)
    keeping.show_comparison(city, request.POST.get("shown") == "1", by=request.user)
    messages.success(request, _("Saved."))
    return redirect("assessments")


def _seen_or_404(request: HttpRequest, pk: int) -> Assessment:
    return get_object_or_404(Assessment.objects.seen_by(request.user).select_related("unit", "decided_by"), pk=pk)


def _made_or_404(request: HttpRequest, pk: int) -> Assessment:
    return reached_or_404(request.user, MANAGE, Assessment.objects.select_related("unit", "decided_by"), pk=pk)


def _place_or_404(request: HttpRequest, pk: int, code: str) -> tuple[Assessment, AssessmentFigures, Any]:
    """The unit's own page, for its own people and for whoever may compare."""
    one = _seen_or_404(request, pk)
    if not (compares(request.user, one) or code in own_places(request.user, one)):
        raise Http404
    figures = AssessmentFigures(one)
    here = figures.place(code)
    if here is None:
        raise Http404
    return one, figures, here
