"""Moving the tiles of a map: rows and columns in a form, for offices that set how their dashboard looks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from records import previews
from records.confirming import carry_out
from reports import workflow
from reports.forms import TilesForm
from reports.models import WarningThreshold
from reports.views.warnings import PLACES


@login_required
def tiles(request: HttpRequest, code: str) -> HttpResponse:
    """Where each place directly below lies on the map of the unit's dashboard."""
    unit = reached_or_404(request.user, WarningThreshold.SET, PLACES, field="code", code=code)
    step, status = f"place_tiles:{code}", 200
    form = TilesForm(request.POST or None, unit=unit)
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.place_tiles(unit, form.tiles, by=request.user, expected=shown),
            done=lambda: unit,
        )
        if tried.made:
            messages.success(request, _("Saved."))
            return redirect("dashboard", code)
        status = tried.status
    key = previews.keep(request.user, step, workflow.tiles_of(unit))
    return render(request, "reports/tiles.html", {"unit": unit, "form": form, "key": key}, status=status)
