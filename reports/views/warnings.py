"""The list of warnings, and the thresholds that a city or county sets for them."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import permission_or_404, reached, reached_or_404
from accounts.models import User
from followups.models import FollowUp
from followups.models.followup import VIEW
from records import previews
from records.confirming import carry_out
from records.excel_export import as_workbook
from reports import exports, workflow
from reports.forms import ThresholdForm, WarningFilterForm
from reports.kept_warnings import KINDS
from reports.models import WarningThreshold
from reports.warnings_listed import shown
from villages.models import Unit

ROWS = 50
PEOPLE = ("unit", "responsible_unit", "person", "escalated_to")
PLACES = Unit.objects.filter(level__in=workflow.SETTING_LEVELS)


@permission_or_404(VIEW)
def warnings(request: HttpRequest) -> HttpResponse:
    """Warnings in scope, what is due first at the top."""
    form = WarningFilterForm(request.GET, user=request.user)
    found = FollowUp.objects.seen_by(request.user).filter(kind__in=KINDS).select_related(*PEOPLE)
    found = form.narrow(found) if form.is_valid() else found.none()
    if book := as_workbook(request, _("Warnings"), exports.warnings(), found):
        return book
    page = Paginator(found, ROWS).get_page(request.GET.get("page"))
    page.object_list = shown(request.user, page.object_list)
    context = {"form": form, "page": page, "setting": own_places(request.user)}
    return render(request, "reports/warnings.html", context)


def own_places(user: User) -> list[Unit]:
    """Where ``user`` holds the post with which thresholds are set."""
    held = user.reach(WarningThreshold.SET)
    return list(reached(user, WarningThreshold.SET, PLACES, "code").filter(code__in=held).order_by("code"))


@login_required
def thresholds(request: HttpRequest, code: str) -> HttpResponse:
    """What one city or county sets for the rules."""
    unit = reached_or_404(request.user, WarningThreshold.SET, PLACES, field="code", code=code)
    step, status = f"set_thresholds:{code}", 200
    form = ThresholdForm(request.POST or None, unit=unit)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.set_thresholds(unit, **form.given, by=request.user, expected=shown),
            done=lambda: unit,
        )
        if tried.made:
            messages.success(request, _("Saved."))
            return redirect("warning_thresholds", code)
        status = tried.status
    key = previews.keep(request.user, step, workflow.own_thresholds(unit))
    return render(request, "reports/thresholds.html", {"unit": unit, "form": form, "key": key}, status=status)
