"""Choosing leads, setting one aside, setting the limits of a place."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from reports.leads.limits import LIMITS
from reports.leads.models import LeadNote, LeadQuerySet, LeadRule
from reports.leads.refreshing import CITY_LENGTH, limits_of
from reports.leads.workflow import own_limits
from villages.models import Unit, below, matching
from villages.townships import to_choose

LONGEST_NOTE = LeadNote._meta.get_field("note").max_length


class LeadFilterForm(forms.Form):
    """By place, rule, and whether it waits."""

    q = forms.CharField(label=_("Name or division code"), max_length=50, required=False)
    township = forms.ChoiceField(label=_("Township"), required=False)
    rule = forms.ChoiceField(label=_("Rule"), required=False, choices=[("", _("All rules")), *LeadRule.choices])
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[
            ("", pgettext_lazy("lead", "Not looked at yet")),
            ("aside", pgettext_lazy("lead", "Set aside")),
            ("gone", pgettext_lazy("lead", "No longer found")),
        ],
    )

    def __init__(self, *args: Any, codes: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if townships := to_choose(codes):
            self.fields["township"].choices = [("", _("All townships")), *((one.code, one.name) for one in townships)]
        else:
            del self.fields["township"]

    def narrow(self, rows: LeadQuerySet) -> LeadQuerySet:
        chosen = self.cleaned_data
        if chosen["rule"]:
            rows = rows.filter(rule=chosen["rule"])
        if township := chosen.get("township"):
            rows = rows.filter(below(township, "place_id"))
        if chosen["q"]:
            rows = rows.filter(matching(chosen["q"], "unit__") | matching(chosen["q"], "place__"))
        if chosen["state"] == "gone":
            return rows.exclude(gone_at=None)
        waiting = rows.waiting()
        return rows.found().exclude(pk__in=waiting.values("pk")) if chosen["state"] == "aside" else waiting


class LeadNoteForm(forms.Form):
    note = forms.CharField(
        label=_("What explains it, or what you did"),
        max_length=LONGEST_NOTE,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class LimitsForm(forms.Form):
    """One number for each limit; what is empty is left to the level above."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = own_limits(unit)
        above = limits_of(unit.code[:CITY_LENGTH]) if len(unit.code) > CITY_LENGTH else {}
        for name, limit in LIMITS.items():
            self.fields[name] = forms.IntegerField(
                label=limit.words,
                required=False,
                min_value=limit.least,
                max_value=limit.most,
                initial=own.get(name),
                help_text=_("From %(least)s to %(most)s; empty: %(value)s.")
                % {"least": limit.least, "most": limit.most, "value": above.get(name, limit.default)},
            )

    @property
    def values(self) -> dict[str, int | None]:
        return {name: self.cleaned_data[name] for name in LIMITS}
