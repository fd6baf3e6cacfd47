"""Pages of units within the reader's reach; others are 404."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from records.excel_export import as_workbook
from villages import exports
from villages.forms.units import UnitSearch
from villages.models import ReorganizationOrder, Unit, prefixes
from villages.unit_panels import panels_of
from villages.workflow import MANAGE
from villages.workflow.making import KINDS, UnitKind

PER_PAGE = 50


@login_required
def units(request: HttpRequest) -> HttpResponse:
    """The units that the reader reaches, by code; a search by name or code."""
    if not request.user.has_perm("villages.view_unit"):
        raise Http404
    search = UnitSearch(request.GET)
    found = search.narrow(Unit.objects.visible_to(request.user)).order_by("code")
    if book := as_workbook(request, _("Units"), exports.units(), found):
        return book
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    return render(request, "villages/units.html", {"search": search, "page": page})


@login_required
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """One unit: its place, its figures, the units directly below, and panels of other apps."""
    visible = Unit.objects.visible_to(request.user)
    one = get_object_or_404(visible, code=code)
    reach = request.user.reach("villages.view_unit")
    above = Unit.objects.filter(code__in=prefixes(code)[:-1]).order_by("code")
    page = Paginator(one.children().order_by("code"), PER_PAGE).get_page(request.GET.get("page"))
    return render(
        request,
        "villages/unit.html",
        {
            "unit": one,
            "above": [(place, any(place.code.startswith(held) for held in reach)) for place in above],
            "page": page,
            "orders": ReorganizationOrder.objects.of(one).prefetch_related("successions"),
            "may_manage": request.user.has_perm(MANAGE, one) and not one.ended,
            "makes": _makes(request, one),
            "profiles": one.profiles.order_by("-year")[:5],
            "panels": panels_of(request.user, one),
        },
    )


def _makes(request: HttpRequest, unit: Unit) -> UnitKind | None:
    """The kinds of unit that the reader may create directly below the unit."""
    fitting = (kind for kind in KINDS.values() if kind.above == unit.level and not unit.ended)
    return next((kind for kind in fitting if request.user.has_perm(kind.permission, unit)), None)
