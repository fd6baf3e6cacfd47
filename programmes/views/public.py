"""What anybody may see without an account: published results, and why each unit has its grade."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from programmes import exports
from programmes.facts import fact_of
from programmes.models import CycleState, ProgrammeCycle, ProgrammeResult
from programmes.presenters import ResultPage, grade_name, results_in_words
from records.excel_export import as_workbook
from villages.forms.township_filter import TownshipFilterForm

ROWS = 50
PUBLISHED = ProgrammeCycle.objects.filter(state=CycleState.PUBLISHED).select_related("programme__unit", "scheme")


def cycles(request: HttpRequest) -> HttpResponse:
    page = Paginator(PUBLISHED.all(), ROWS).get_page(request.GET.get("page"))
    return render(request, "programmes/public/programmes.html", {"page": page})


def results(request: HttpRequest, pk: int) -> HttpResponse:
    """The units with their grades, by code."""
    cycle = get_object_or_404(PUBLISHED.all(), pk=pk)
    search = TownshipFilterForm(request.GET, codes=[cycle.unit_id])
    rows = ProgrammeResult.objects.filter(cycle=cycle).select_related("unit")
    rows = search.narrow(rows) if search.is_valid() else rows.none()
    if book := as_workbook(request, str(cycle), exports.results(), rows):
        return book
    page = Paginator(rows, ROWS).get_page(request.GET.get("page"))
    for one in page:
        one.grade_name = grade_name(one.grade)
    context = {"cycle": cycle, "page": page, "search": search, "spread": results_in_words(cycle)}
    return render(request, "programmes/public/results.html", context)


def result(request: HttpRequest, pk: int, code: str) -> HttpResponse:
    cycle = get_object_or_404(PUBLISHED.all(), pk=pk)
    found = get_object_or_404(ProgrammeResult.objects.select_related("unit"), cycle=cycle, unit=code)
    why = ResultPage(found, cycle.scheme.spec, fact_of(cycle, found.unit))
    context = {"cycle": cycle, "unit": found.unit, "why": why}
    return render(request, "programmes/public/result.html", context)
