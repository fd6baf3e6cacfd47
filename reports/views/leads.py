"""Leads for the discipline commission alone. They leave as no file, and no cache keeps them."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from accounts.authority import permission_or_404, reached_or_404
from accounts.models import User
from records import previews
from records.confirming import carry_out
from reports.leads import workflow
from reports.leads.forms import LeadFilterForm, LeadNoteForm, LimitsForm
from reports.leads.models import VIEW, Lead
from reports.leads.words import COLUMNS, OTHER_REASONS, sentence
from villages.models import Unit, below_any

ROWS = 50
PLACES = Unit.objects.filter(level__in=workflow.LEVELS)


def of_reader(user: User) -> QuerySet[Lead]:
    return Lead.objects.filter(below_any(user.reach(VIEW), "place_id")).select_related("place", "unit", "person")


@permission_or_404(VIEW)
@never_cache
def leads(request: HttpRequest) -> HttpResponse:
    """Those that wait, by rule; the ones with the most cases first."""
    form = LeadFilterForm(request.GET, codes=request.user.reach(VIEW))
    shown = of_reader(request.user)
    shown = form.narrow(shown) if form.is_valid() else shown.none()
    page = Paginator(shown, ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "leads": [(one, sentence(one)) for one in page],
        "setting": _own_places(request.user),
    }
    return render(request, "reports/leads.html", context)


def _own_places(user: User) -> list[Unit]:
    return list(PLACES.filter(code__in=user.reach(VIEW)).order_by("code"))


@permission_or_404(VIEW)
@never_cache
def lead(request: HttpRequest, pk: int) -> HttpResponse:
    """One lead with the rows behind it, and the note with which it is set aside."""
    one = get_object_or_404(of_reader(request.user), pk=pk)
    step, status, form = f"set_lead_aside:{pk}", 200, LeadNoteForm(request.POST or None)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.set_aside(one, form.cleaned_data["note"], by=request.user, expected=shown),
            done=lambda: one.notes.filter(by=request.user).first(),
        )
        if tried.made:
            messages.success(request, _("Set aside. Your note stays with it."))
            return redirect("leads")
        status = tried.status
        one.refresh_from_db()
    columns = COLUMNS[one.rule]
    context: dict[str, Any] = {
        "lead": one,
        "sentence": sentence(one),
        "other_reasons": OTHER_REASONS[one.rule],
        "columns": columns,
        "rows": [(row, [(column, column.words(row)) for column in columns]) for row in one.rows],
        "notes": one.notes.select_related("by"),
        "form": form,
        "key": previews.keep(request.user, step, one.cases),
    }
    return render(request, "reports/lead.html", context, status=status)


@permission_or_404(VIEW)
@never_cache
def limits(request: HttpRequest, code: str) -> HttpResponse:
    """From when a figure is a lead in a city or county."""
    unit = reached_or_404(request.user, VIEW, PLACES, field="code", code=code)
    step, status = f"set_lead_limits:{code}", 200
    form = LimitsForm(request.POST or None, unit=unit)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.set_limits(unit, form.values, by=request.user, expected=shown),
            done=lambda: unit,
        )
        if tried.made:
            messages.success(request, _("Saved. The leads are found anew soon."))
            return redirect("lead_limits", code)
        status = tried.status
    key = previews.keep(request.user, step, workflow.own_limits(unit))
    return render(request, "reports/lead_limits.html", {"unit": unit, "form": form, "key": key}, status=status)
