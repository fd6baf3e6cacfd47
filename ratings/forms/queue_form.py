"""The filter of the list of applications."""

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from villages.forms.township_filter import TownshipFilterForm
from villages.models import Level

TOWNSHIPS, BELOW = "township", "below"
OF_LEVEL = {TOWNSHIPS: Q(unit__level=Level.TOWNSHIP), BELOW: ~Q(unit__level=Level.TOWNSHIP)}
"""By who reviews them first: the county's, and those of the townships."""


class QueueForm(TownshipFilterForm):
    level = forms.ChoiceField(
        label=_("Level"),
        choices=[("", _("All")), (TOWNSHIPS, _("Townships")), (BELOW, _("Villages and stations"))],
        required=False,
    )

    def narrow(self, rows: QuerySet) -> QuerySet:
        rows = super().narrow(rows)
        return rows.filter(OF_LEVEL[level]) if (level := self.cleaned_data["level"]) else rows
