"""The star register for signed-in users: who holds which star, and a unit's whole past."""

from collections.abc import Sequence
from typing import Any

from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.authority import permission_or_404, reached_or_404
from accounts.together import asked_together
from ratings import exports
from ratings.events.applicable_scheme import event_names
from ratings.forms.register_forms import KnownOnForm, RegisterFilterForm
from ratings.models import Event, StarPeriod
from ratings.register.certificate import code_of
from ratings.register.lineage import lineages
from ratings.register.listed import VIEW, cells, listed, rows, shown
from records.excel_export import as_workbook, wanted
from villages.models import Unit

ROWS = 50


@permission_or_404(VIEW)
@asked_together
def stars(request: HttpRequest) -> HttpResponse:
    """Today's stars within reach, by name or code, township and star."""
    form = RegisterFilterForm(request.GET, codes=request.user.reach(VIEW))
    found: Sequence[tuple[Any, ...]] | QuerySet = listed(request.user)
    if form.asks or not form.is_valid() or wanted(request):
        periods = rows(request.user)
        periods = form.narrow(periods) if form.is_valid() else periods.none()
        if book := as_workbook(request, _("Star register"), exports.register(), periods):
            return book
        found = cells(periods)
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    page.object_list = shown(page.object_list)
    return render(request, "ratings/register/register.html", {"form": form, "page": page})


@permission_or_404(VIEW)
def unit(request: HttpRequest, code: str) -> HttpResponse:
    """A unit's periods as known now or at the end of a day (?known=), and its events for those who may see them."""
    place = reached_or_404(request.user, VIEW, Unit.objects.all(), field="code", code=code)
    form = KnownOnForm(request.GET if "known" in request.GET else None)
    known = StarPeriod.objects.known()
    if form.is_valid():
        known = StarPeriod.objects.known_at(form.end_of_day())
    periods = list(known.filter(unit=place).select_related("decision__unit", "scheme").order_by("-during"))
    events = list(Event.objects.seen_by(request.user).filter(unit=place))
    names = event_names([place.code])
    for happened in events:
        happened.name = names.of(place, happened.kind)
    today = StarPeriod.objects.on().filter(unit=place).select_related("decision").first()
    return render(
        request,
        "ratings/register/unit.html",
        {
            "unit": place,
            "today": today,
            "certificate": code_of(today.decision_id) if today else "",
            "periods": periods,
            "lineages": lineages(place),
            "events": events,
            "form": form,
            "may_record": request.user.has_perm("ratings.record_event", place),
        },
    )
