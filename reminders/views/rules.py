"""How many working days steps have and when those concerned are reminded, as a city or county sets it."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from accounts.authority import reached_or_404
from followups.workflow.limiting import limits_above, own_limits
from records import previews
from records.confirming import carry_out
from reminders.forms import RulesForm
from reminders.models import DueStep, ReminderRule
from reminders.stages import Rule, rule_for
from reminders.workflow import rules as workflow
from villages.models import Unit, prefixes

PLACES = Unit.objects.filter(level__in=workflow.SETTING_LEVELS)


@login_required
def rules(request: HttpRequest, code: str) -> HttpResponse:
    """The rules that hold in one city or county, and those that it sets itself."""
    unit = reached_or_404(request.user, ReminderRule.SET, PLACES, field="code", code=code)
    step, status = f"set_reminder_rules:{code}", 200
    form = RulesForm(
        request.POST or None,
        own=workflow.own_rules(unit),
        above=_above(unit),
        own_limits=own_limits(unit),
        limits_above=limits_above(unit),
    )
    changes = []
    if request.method == "POST":
        tried = carry_out(
            request,
            step,
            form,
            lambda shown: workflow.set_rules(unit, form.rules, limits=form.limits, by=request.user, expected=shown),
            done=lambda: unit,
        )
        if tried.made:
            messages.success(request, _("Saved."))
            return redirect("reminder_rules", code)
        status = tried.status
        changes = workflow.open_changes(unit, form.limits, by=request.user) if status == 409 else []
    key = previews.keep(request.user, step, workflow.standing_of(unit, changes))
    context = {"unit": unit, "form": form, "changes": changes, "key": key}
    return render(request, "reminders/rules.html", context, status=status)


def _above(unit: Unit) -> dict[str, Rule]:
    """By step what would hold without the unit's own rules."""
    rows = ReminderRule.objects.filter(unit__in=prefixes(unit.code)[:-1])
    found = {(one.unit_id, one.step): Rule(one.before, one.office_after, one.above_after) for one in rows}
    return {step: rule_for(found, unit.code, step) for step in DueStep.values}
