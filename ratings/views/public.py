"""What anyone may see without an account: the star register of a unit, and whether a document is genuine."""

from django import forms
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from ratings import exports
from ratings.forms.register_forms import PublicSearchForm
from ratings.models import Decision, Scheme, StarPeriod
from ratings.presenters.stars_held import stars_held
from ratings.register.certificate import code_of, decision_of
from ratings.register.certificate_paper import certificate_paper
from ratings.register.lineage import lineages
from records import signed_codes
from records.documents import issued, served
from records.excel_export import as_workbook
from villages.models import Level, Unit, below, county_of, matching, prefixes

ROWS = 50
SCHEMES = 5
"""How many are offered beside the register."""
SHORTEST = 2
"""Characters of a search through all counties at once."""
RATED_LEVELS = [Level.TOWNSHIP, Level.VILLAGE, Level.STATION]
OPEN_LEVELS = [Level.COUNTY, Level.ZONE, Level.TOWNSHIP]


class CertificateForm(forms.Form):
    """The check code of a certificate or of any other issued document."""

    code = forms.CharField(
        label=gettext_lazy("Check code"), max_length=60, help_text=gettext_lazy("As printed on the paper.")
    )

    def clean_code(self) -> str:
        """The address of the page about it."""
        typed = self.cleaned_data["code"]
        if decision := decision_of(typed):
            return reverse("certificate", args=[code_of(decision)])
        if url := signed_codes.page_of(typed):
            return url
        if paper := issued(typed):
            return reverse("certificate", args=[paper.code])
        raise forms.ValidationError(_("We have not issued a document with this code. Please check what you typed."))


def places(request: HttpRequest) -> HttpResponse:
    """A search of the whole register, and the counties whose register can be opened."""
    counties = Unit.objects.filter(level__in=[Level.COUNTY, Level.ZONE])
    search = PublicSearchForm(request.GET)
    typed = search.cleaned_data["q"].strip() if search.is_valid() else ""
    held = StarPeriod.objects.on().filter(matching(typed, "unit__")).select_related("unit").order_by("unit")
    context = {
        "page": Paginator(counties, ROWS).get_page(request.GET.get("page")),
        "form": CertificateForm(),
        "search": search,
        "typed": typed,
        "found": list(held[:ROWS]) if len(typed) >= SHORTEST else [],
        "most": ROWS,
    }
    return render(request, "ratings/register/places.html", context)


def stars(request: HttpRequest, code: str) -> HttpResponse:
    """Today's stars of a county or township, with the townships below a county."""
    place = get_object_or_404(Unit, code=code, level__in=OPEN_LEVELS)
    held = StarPeriod.objects.on().filter(below(place.code, "unit_id")).with_since().select_related("unit", "decision")
    form = PublicSearchForm(request.GET)
    if form.is_valid() and form.cleaned_data["q"]:
        held = held.filter(matching(form.cleaned_data["q"], "unit__"))
    held = held.order_by("unit")
    if book := as_workbook(request, _("Star register of %s") % place.name, exports.public_register(), held):
        return book
    page = Paginator(held, ROWS).get_page(request.GET.get("page"))
    townships = Unit.objects.within(place).filter(level=Level.TOWNSHIP).exclude(code=place.code)
    context = {"place": place, "page": page, "townships": townships, "form": form, "schemes": _schemes_of(place)}
    return render(request, "ratings/register/public.html", context)


def _schemes_of(place: Unit) -> list[Scheme]:
    """The last issued scheme of each year around ``place``, the latest years first."""
    issued = Scheme.objects.issued().filter(unit__in=prefixes(place.code)).defer("body").select_related("unit")
    last_first = issued.order_by("-year", "unit_id", "rates", "-version")
    return list(last_first.distinct("year", "unit_id", "rates")[:SCHEMES])


def unit(request: HttpRequest, code: str) -> HttpResponse:
    """The stars that a unit has held, the current one first, and the orders by which it was renamed or merged."""
    place = get_object_or_404(Unit, code=code, level__in=RATED_LEVELS)
    periods = StarPeriod.objects.known().filter(unit=place, during__startswith__lte=timezone.localdate())
    context = {
        "unit": place,
        "county": Unit.objects.filter(code=county_of(place.code)).first(),
        "held": stars_held(periods.select_related("decision").order_by("during")),
        "lineages": lineages(place),
        "today": timezone.localdate(),
    }
    return render(request, "ratings/register/unit_public.html", context)


def ask_certificate(request: HttpRequest) -> HttpResponse:
    """Type a check code; the result is on its own page."""
    form = CertificateForm(request.GET or None)
    if form.is_valid():
        return redirect(form.cleaned_data["code"])
    return render(request, "ratings/certificate/ask.html", {"form": form})


def certificate(request: HttpRequest, code: str) -> HttpResponse:
    """What a check code belongs to: a decision, and whether it is in force today, or another document.
    Otherwise 404."""
    decision = Decision.objects.confirmed().filter(pk=decision_of(code)).select_related("unit").first()
    if decision is None:
        return _paper(request, code)
    resting = StarPeriod.objects.on().filter(Q(unit=decision.unit) | Q(decision=decision)).select_related("unit")
    held = {period.unit_id: period for period in resting}
    today = held.pop(decision.unit_id, None)
    in_force = today is not None and today.decision_id == decision.pk
    printable = in_force and today.star == decision.star > 0
    return render(
        request,
        "ratings/certificate/certificate.html",
        {
            "decision": decision,
            "code": code_of(decision.pk),
            "in_force": in_force,
            "today": today,
            "printable": printable,
            "passed": list(held.values()),
            "lineages": [one for one in lineages(decision.unit) if one.order.on > decision.on and not one.renamed],
        },
    )


def certificate_pdf(request: HttpRequest, code: str) -> HttpResponse:
    """The certificate to print: only for a star that is held today, not lowered by events nor replaced."""
    decision = get_object_or_404(Decision.objects.confirmed().select_related("unit"), pk=decision_of(code), star__gt=0)
    held = StarPeriod.objects.on().filter(unit=decision.unit_id, decision=decision, star=decision.star)
    if not held.exists():
        raise Http404
    return served(certificate_paper(decision), f"{_('Star certificate')} {decision.unit.name} {decision.year}")


def _paper(request: HttpRequest, code: str) -> HttpResponse:
    """That a document was issued, whose and when; nothing of its content."""
    paper = issued(code)
    if paper is None:
        raise Http404
    unit = Unit.objects.filter(code=paper.unit).first()
    return render(request, "ratings/register/paper_given.html", {"paper": paper, "unit": unit})
