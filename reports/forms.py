"""Requesting an annual report; the day of a dashboard."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from ratings.models import Decision
from reports.workflow import VIEW_REPORT
from villages.models import CODE_LENGTHS, Level, Unit, below_any


class ReportForm(forms.Form):
    """Offers years with confirmed decisions, and the person's own units and those one level below."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=_("Unit"), empty_label=None)
    year = forms.TypedChoiceField(label=_("Year assessed"), coerce=int)

    def __init__(self, *args, user: User, **kwargs) -> None:
        super().__init__(*args, **kwargs)
        codes = user.reach(VIEW_REPORT)
        self.fields["unit"].queryset = places(codes)
        decided = Decision.objects.confirmed().filter(below_any(codes, "unit_id")).order_by("-year")
        years = decided.values_list("year", flat=True).distinct()
        self.fields["year"].choices = [(year, str(year)) for year in years]


def places(codes: list[str]) -> QuerySet[Unit]:
    """The units of ``codes`` and those one level below each, by code."""
    wanted = Q(pk__in=codes)
    for code in codes:
        digits = next((n for n in CODE_LENGTHS if n > len(code)), None)
        if digits is not None:
            wanted |= Q(code__startswith=code, code__regex=rf"^.{{{digits}}}$") & ~Q(level=Level.VILLAGE)
    return Unit.objects.filter(wanted)


class DayForm(forms.Form):
    """The day as of which a dashboard counts: today or before."""

    day = forms.DateField(required=False, label=_("As of"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))

    @classmethod
    def day_of(cls, data: Mapping[str, Any]) -> date:
        """The chosen day; today where none was chosen, or one that has not come yet or is none."""
        form = cls(data)
        today = timezone.localdate()
        chosen = form.cleaned_data["day"] if form.is_valid() else None
        return min(chosen or today, today)
