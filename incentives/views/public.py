"""What anyone may see without an account: policies and funds on file, and their documents."""

from django import forms
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy

from incentives.filings import KINDS, Filing, filings
from incentives.models import ProjectFund, Source
from incentives.source_state import table_of
from incentives.views.sources import ROWS
from records.files import serve
from villages.models import Level, Unit


class FilingSearchForm(forms.Form):
    q = forms.CharField(label=gettext_lazy("County or title"), max_length=50, required=False)


def filed(request: HttpRequest, code: str = "") -> HttpResponse:
    """The register of all counties, or of one."""
    counties = Unit.objects.filter(level__in=[Level.COUNTY, Level.ZONE])
    county = get_object_or_404(counties, code=code) if code else None
    form = FilingSearchForm(request.GET)
    typed = form.cleaned_data["q"] if form.is_valid() else ""
    page = Paginator(filings(typed, county.code if county else None), ROWS).get_page(request.GET.get("page"))
    context = {
        "county": county,
        "page": page,
        "rows": [Filing(*row) for row in page],
        "form": form,
        "typed": typed,
        "counties": [] if county else counties.filter(code__in=_with_filings()),
    }
    return render(request, "incentives/filed.html", context)


def filing(request: HttpRequest, name: str, pk: int) -> HttpResponse:
    """The terms of one that is on file, and what each village was granted and paid; of any other 404."""
    source = _on_file_or_404(name, pk)
    lines = source.lines.select_related("unit").order_by("unit", "pk")
    is_fund = isinstance(source, ProjectFund)
    context = {
        "source": source,
        "is_fund": is_fund,
        "terms": table_of(source),
        "planned": source.planned.select_related("unit") if is_fund else [],
        "page": Paginator(lines, ROWS).get_page(request.GET.get("page")),
    }
    return render(request, "incentives/filing.html", context)


def filed_attachment(request: HttpRequest, name: str, pk: int) -> FileResponse:
    """The document of one that is on file; of any other 404."""
    source = _on_file_or_404(name, pk)
    if source.attachment is None:
        raise Http404
    return serve(source.attachment)


def _on_file_or_404(name: str, pk: int) -> Source:
    if name not in KINDS:
        raise Http404
    on_file = KINDS[name].objects.filter(state__in=Source.State.ON_FILE)
    return get_object_or_404(on_file.select_related("unit", "attachment"), pk=pk)


def _with_filings() -> set[str]:
    on_file = (kind.objects.filter(state__in=Source.State.ON_FILE).order_by() for kind in KINDS.values())
    return {code for found in on_file for code in found.values_list("unit", flat=True).distinct()}
