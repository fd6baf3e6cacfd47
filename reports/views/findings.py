"""The list behind a figure of the dashboard."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from accounts.models import User
from records.excel_export import as_workbook
from records.workbooks import SheetColumn
from reports.board_asked import LISTED_FROM
from reports.findings import FACETS, AsOf
from reports.forms import DayForm
from reports.listing import LISTED, OF_MONEY, TITLES, VIEW_MONEY, chosen_words, heads, lines, may_ask, numbers
from reports.views.dashboard import PLACES, VIEW_DASHBOARD
from reports.words import names_of, schemes_of
from villages.models import Unit

ROWS = 50


@login_required
def figure_list(request: HttpRequest, code: str, question: str) -> HttpResponse:
    """What a figure counts: ``a``, ``b``, ``c`` and ``place`` narrow it as the picture does; as of ``day``.

    Those who pay have no dashboard, but the lists of money.
    """
    needed = VIEW_MONEY if question in OF_MONEY else VIEW_DASHBOARD
    unit = reached_or_404(request.user, needed, PLACES, field="code", code=code)
    if len(code) < LISTED_FROM or question not in LISTED or not may_ask(request.user, unit, question):
        raise Http404
    chosen = {facet: values for facet in FACETS if (values := list(filter(None, request.GET.getlist(facet))))}
    place = _place(request, unit)
    seen = AsOf(unit, DayForm.day_of(request.GET))
    names = names_of(schemes_of(unit))
    try:
        words = chosen_words(question, chosen, place, names)
    except (KeyError, ValueError, IndexError):
        raise Http404 from None
    found = lines(request.user, seen, question, chosen, place.code if place else "", names)
    title = str(TITLES[question])
    columns = [
        SheetColumn(_("Unit"), lambda line: line.name, 20),
        SheetColumn(_("Division code"), lambda line: line.unit, 16),
        *(SheetColumn(head, lambda line, n=n: _plain(line.cells[n][1]), 20) for n, head in enumerate(heads(question))),
    ]
    if book := as_workbook(request, title, columns, found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    context = {
        "above": _above(request.user, unit),
        "unit": unit,
        "seen": seen,
        "title": title,
        "words": words,
        "heads": heads(question),
        "numbers": numbers(question),
        "of_money": question in OF_MONEY,
        "page": page,
    }
    return render(request, "reports/figure_list.html", context)


def _above(user: User, unit: Unit) -> tuple[str, str]:
    """The page from which the reader came: its address's name, and its title."""
    return ("dashboard", _("Dashboard")) if user.has_perm(VIEW_DASHBOARD, unit) else ("money_overview", _("Money"))


def _place(request: HttpRequest, unit: Unit) -> Unit | None:
    code = request.GET.get("place")
    if not code:
        return None
    found = Unit.objects.within(unit).filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _plain(cell: object) -> object:
    return (
        cell if isinstance(cell, int | float) or hasattr(cell, "year") or hasattr(cell, "quantize") else str(cell or "")
    )
