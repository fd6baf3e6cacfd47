"""Settings of the system administrator: days on which the office calendar differs, and the state of e-mails."""

from django.contrib import messages
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.authority import permission_or_404
from accounts.forms import CalendarDayForm
from accounts.models import CalendarDay, CalendarYear
from accounts.working_days import days_that_differ, next_uncertain_year
from notifications.channels import EMAIL
from notifications.models import Delivery
from records import previews
from records.audit import acting
from records.confirming import answer_gone, not_taken
from records.refusals import Outdated


@permission_or_404("accounts.configure")
def settings_page(request: HttpRequest) -> HttpResponse:
    form = CalendarDayForm(request.POST or None)
    if form.is_valid():
        with acting(request.user, "accounts.set_calendar_day"):
            form.save()
        messages.success(request, _("The day is entered; notices that run from now on count with it."))
        return redirect("settings")
    year = next_uncertain_year()
    differing = days_that_differ(year)
    reachable = Delivery.objects.filter(channel=EMAIL).exclude(notice__user__email="")
    letters = reachable.values("state").annotate(count=Count("id"), oldest=Min("due_at")).order_by("state")
    states = dict(Delivery.State.choices)
    context = {
        "form": form,
        "days": CalendarDay.objects.order_by("-day"),
        "confirmed": CalendarYear.objects.select_related("confirmed_by").order_by("year"),
        "year": year,
        "differing": differing,
        "key": previews.keep(request.user, f"confirm:calendar:{year}", differing),
        "letters": [{"name": states[row["state"]], "value": row["count"]} for row in letters],
    }
    return render(request, "accounts/settings.html", context)


@permission_or_404("accounts.configure")
@require_POST
def calendar_year_confirm(request: HttpRequest, year: int) -> HttpResponse:
    """Confirm that the days shown for ``year`` are those of the office."""
    confirmed = _("The calendar of %s is confirmed.") % year
    try:
        with previews.confirming(request.user, f"confirm:calendar:{year}", request.POST.get("key", "")) as shown:
            previews.require_unchanged(shown, days_that_differ(year))
            with acting(request.user, "accounts.confirm_calendar_year"):
                CalendarYear.objects.get_or_create(
                    year=year, defaults={"confirmed_by": request.user, "confirmed_at": timezone.now()}
                )
    except previews.AlreadyDone:
        messages.success(request, confirmed)
    except Outdated as outdated:
        not_taken(request, outdated)
    else:
        messages.success(request, confirmed)
    return redirect("settings")


@permission_or_404("accounts.configure")
@require_POST
def calendar_day_remove(request: HttpRequest, day: str) -> HttpResponse:
    with acting(request.user, "accounts.remove_calendar_day"):
        removed = CalendarDay.objects.filter(day=day).delete()[0]
    if removed:
        messages.success(request, _("Removed."))
    else:
        answer_gone(request)
    return redirect("settings")
