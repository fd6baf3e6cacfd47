"""Searching the units within one's reach."""

from django import forms
from django.utils.translation import gettext_lazy as _

from villages.models import Level, UnitQuerySet


class UnitSearch(forms.Form):
    """``q``: part of a name, its pinyin or initials, or either end of a code."""

    q = forms.CharField(label=_("Name, pinyin or code"), required=False, max_length=50)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("All levels")), *Level.choices])

    def narrow(self, units: UnitQuerySet) -> UnitQuerySet:
        """The matching ``units``; all of them if the search is empty or invalid."""
        if not self.is_valid():
            return units
        units, level = units.matching(self.cleaned_data["q"]), self.cleaned_data["level"]
        return units.filter(level=level) if level else units
