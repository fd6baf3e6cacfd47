"""What anyone may see without an account: the star register of a place, and whether a paper is genuine."""

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from ratings import lists
from ratings.certificate import code_of, decision_of
from ratings.models import Decision, StarPeriod
from ratings.register_forms import CertificateForm
from records.documents import issued
from records.lists import as_workbook
from villages.models import Level, Unit, below

ROWS = 50
OPEN_LEVELS = [Level.COUNTY, Level.ZONE, Level.TOWNSHIP]


def places(request: HttpRequest) -> HttpResponse:
    """The counties whose register can be opened."""
    counties = Unit.objects.filter(level__in=[Level.COUNTY, Level.ZONE])
    page = Paginator(counties, ROWS).get_page(request.GET.get("page"))
    return render(request, "ratings/register_places.html", {"page": page, "form": CertificateForm()})


def stars(request: HttpRequest, code: str) -> HttpResponse:
    """Today's stars of a county or township, with the townships below a county."""
    place = get_object_or_404(Unit, code=code, level__in=OPEN_LEVELS)
    held = StarPeriod.objects.on().filter(below(place.code, "unit_id")).with_since().select_related("unit", "decision")
    held = held.order_by("unit")
    if book := as_workbook(request, _("Star register of %s") % place.name, lists.public_register(), held):
        return book
    page = Paginator(held, ROWS).get_page(request.GET.get("page"))
    townships = Unit.objects.within(place).filter(level=Level.TOWNSHIP).exclude(code=place.code)
    return render(request, "ratings/register_public.html", {"place": place, "page": page, "townships": townships})


def ask_certificate(request: HttpRequest) -> HttpResponse:
    """Type a check code; what it says is on its own page."""
    form = CertificateForm(request.GET or None)
    if form.is_valid():
        return redirect("certificate", form.cleaned_data["code"])
    return render(request, "ratings/certificate_ask.html", {"form": form})


def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What a check code was given for: a decision, and whether it is in force today, or another paper. Else 404."""
    decision = Decision.objects.confirmed().filter(pk=decision_of(code)).select_related("unit").first()
    if decision is None:
        return _paper(request, code)
    today = StarPeriod.objects.on().filter(unit=decision.unit).first()
    in_force = today is not None and today.decision_id == decision.pk
    return render(
        request,
        "ratings/certificate.html",
        {"decision": decision, "code": code_of(decision.pk), "in_force": in_force, "today": today},
    )


def _paper(request: HttpRequest, code: str) -> HttpResponse:
    """That a paper was given, whose and when; nothing of what stands in it."""
    paper = issued(code)
    if paper is None:
        raise Http404
    unit = Unit.objects.filter(code=paper.unit).first()
    return render(request, "ratings/paper_given.html", {"paper": paper, "unit": unit})
