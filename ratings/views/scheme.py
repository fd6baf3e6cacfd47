"""The schemes (考评标准) by which a person is rated or rates, on a page, in print, and for the public."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from accounts.authority import permission_or_404
from ratings.models import Scheme
from ratings.presenters.scheme_comparison import compared, others
from ratings.presenters.scheme_page import SchemeView
from ratings.presenters.scheme_panels import panels_of
from ratings.presenters.scheme_paper import scheme_paper
from records.documents import served

VIEW, MANAGE = "ratings.view_scheme", "ratings.manage_scheme"
ROWS = 50
OTHERS = 12
"""How many schemes are offered to compare with."""


@permission_or_404(VIEW)
def schemes(request: HttpRequest) -> HttpResponse:
    """Every scheme around the reader, the latest year first; drafts for those who write them."""
    seen = Scheme.with_programmes.seen_by(request.user).defer("body").select_related("unit", "programme")
    context = {
        "page": Paginator(seen.order_by("-year", "unit", "rates", "-version", "pk"), ROWS).get_page(
            request.GET.get("page")
        ),
        "may_write": bool(request.user.reach(MANAGE)),
    }
    return render(request, "ratings/scheme/schemes.html", context)


@permission_or_404(VIEW)
def scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """One whole scheme, with an anchor for each criterion."""
    seen = _seen(request, pk)
    may_write = seen.state == Scheme.State.DRAFT and request.user.has_perm(MANAGE, seen)
    context = {
        "scheme": seen,
        "view": SchemeView.of(seen),
        "may_write": may_write,
        "others": _others(request, seen),
        "panels": panels_of(request.user, seen),
    }
    return render(request, "ratings/scheme/scheme.html", context)


@permission_or_404(VIEW)
@require_safe
def compare(request: HttpRequest, pk: int, other: int) -> HttpResponse:
    """Two schemes that the reader may read, side by side; ``other`` is the one before."""
    after, before = _seen(request, pk), _seen(request, other)
    sections = compared(SchemeView.of(before), SchemeView.of(after))
    context = {
        "before": before,
        "after": after,
        "sections": sections,
        "differs": any(section.differences for section in sections),
        "others": [one for one in _others(request, after) if one.pk != other],
    }
    return render(request, "ratings/scheme/compare.html", context)


@permission_or_404(VIEW)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _served(_seen(request, pk))


def public_scheme(request: HttpRequest, pk: int) -> HttpResponse:
    """An issued scheme, for anyone."""
    issued = _issued(pk)
    context = {"scheme": issued, "view": SchemeView.of(issued), "panels": panels_of(None, issued)}
    return render(request, "ratings/scheme/public.html", context)


def public_paper(request: HttpRequest, pk: int) -> HttpResponse:
    return _served(_issued(pk))


def _others(request: HttpRequest, shown: Scheme) -> list[Scheme]:
    return others(shown, Scheme.with_programmes.seen_by(request.user))[:OTHERS]


def _seen(request: HttpRequest, pk: int) -> Scheme:
    return get_object_or_404(Scheme.with_programmes.seen_by(request.user).select_related("unit", "programme"), pk=pk)


def _issued(pk: int) -> Scheme:
    return get_object_or_404(Scheme.with_programmes.issued().select_related("unit"), pk=pk)


def _served(shown: Scheme) -> HttpResponse:
    return served(scheme_paper(shown), f"{shown.name} {shown.year}")
