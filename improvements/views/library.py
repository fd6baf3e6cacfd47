"""The library of measures, and what helped."""

from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404
from accounts.models import User
from improvements import exports, workflow
from improvements.forms import LibraryForm
from improvements.models import LibraryMeasure, Plan, Problem
from improvements.models.lifecycle import SUPERVISE, VIEW
from improvements.what_helped import what_helped
from records import previews
from records.confirming import carry_out
from records.excel_export import as_workbook
from records.refusals import WrongState
from villages.models import Unit, below_any, county_of


@permission_or_404(VIEW)
def measures(request: HttpRequest) -> HttpResponse:
    """What the plans in scope did about which criterion, and what it gained; the county's library, which it keeps."""
    seen = Plan.objects.filter(below_any(request.user.reach(VIEW), "unit_id"))
    helped = what_helped(seen)
    if book := as_workbook(request, _("What helped"), exports.measures(), helped):
        return book
    county = _own_county(request.user)
    form, status = LibraryForm(request.POST or None, criteria=_criteria(county)), 200
    if request.method == "POST" and county is None:
        raise Http404
    if request.method == "POST":
        given = form.data.get
        tried = carry_out(
            request,
            f"add_library_measure:{county.code}",
            form,
            lambda _shown: workflow.add_to_library(county, given("criterion"), given("text"), by=request.user),
            done=lambda: county,
        )
        if tried.made:
            messages.success(request, _("The measure is in the library."))
            return redirect("plan_measures")
        status = tried.status
    context: dict[str, Any] = {"helped": helped, "county": county, "form": form}
    if county:
        context["key"] = previews.keep(request.user, f"add_library_measure:{county.code}", {})
    context["library"] = _library(request.user)
    return render(request, "improvements/measures.html", context, status=status)


@permission_or_404(SUPERVISE)
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Offer a measure no longer."""
    measure = get_object_or_404(LibraryMeasure, below_any(request.user.reach(SUPERVISE), "unit_id"), pk=pk)
    with suppress(WrongState):  # a double click: it is withdrawn, as was wanted
        workflow.withdraw_from_library(measure, by=request.user)
    messages.success(request, _("The measure is offered no longer."))
    return redirect("plan_measures")


def _own_county(user: User) -> Unit | None:
    """The county whose library ``user`` keeps."""
    return Unit.objects.filter(code__in=user.reach(SUPERVISE)).order_by("code").first()


def _library(user: User) -> list[LibraryMeasure]:
    """What is offered in the counties of the reader's scope."""
    counties = {county_of(code) for code in user.reach(VIEW)}
    rows = LibraryMeasure.objects.filter(below_any(counties, "unit_id"), withdrawn_at=None)
    return list(rows.select_related("unit")[:500])


def _criteria(county: Unit | None) -> list[tuple[str, str]]:
    """The criteria in which villages of the county lost points."""
    if county is None:
        return []
    lost = Problem.objects.filter(plan__unit__code__startswith=county.code).exclude(criterion="")
    names = dict(lost.order_by("pk").values_list("criterion", "name"))
    return [(code, f"{code} {name}") for code, name in sorted(names.items())]
