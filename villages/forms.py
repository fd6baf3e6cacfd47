"""Searching the units within one's reach."""

from django import forms
from django.utils.translation import gettext_lazy as _

from villages.models import Level, UnitQuerySet, below


class UnitSearch(forms.Form):
    """``q``: part of a name, or the beginning of a code."""

    q = forms.CharField(label=_("Name or code"), required=False, max_length=50)
    level = forms.ChoiceField(label=_("Level"), required=False, choices=[("", _("All levels")), *Level.choices])

    def narrow(self, units: UnitQuerySet) -> UnitQuerySet:
        """``units`` that fit; all of them while the search is empty or makes no sense."""
        if not self.is_valid():
            return units
        wanted, level = self.cleaned_data["q"], self.cleaned_data["level"]
        if wanted:
            by_code = wanted.isascii() and wanted[0].isdigit()
            units = units.filter(below(wanted.upper())) if by_code else units.filter(name__contains=wanted)
        return units.filter(level=level) if level else units
