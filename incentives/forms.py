"""Forms of finance, departments and the leading-group office. A table is a plain grid; empty rows are ignored."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from django import forms
from django.forms import BaseFormSet, formset_factory
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import DayInput
from incentives.models import GrantLine, ProjectFund, RewardPolicy
from incentives.planned import above_budget, read_planned
from incentives.source_state import planned_of
from records.refusals import UnknownFields, refuse_unknown_fields

FEN = Decimal("0.01")
TERMS = ["name", "year", "budget", "reckoning_day", "starts", "ends"]

OUT_OF_DATE = dict.fromkeys(
    ["required", "invalid", "max_length"],
    gettext_lazy("This page is out of date. Nothing was done. Please look again."),
)
"""The error for a missing hidden field."""


class SourceForm(forms.ModelForm):
    """What policies and funds share. Bound to an unsaved source of the county for which it is drafted."""

    class Meta:
        widgets = dict.fromkeys(["reckoning_day", "starts", "ends"], DayInput)
        labels = {"name": gettext_lazy("Title"), "budget": gettext_lazy("Budget (yuan)")}

    attachment = forms.FileField(
        label=gettext_lazy("Attachment"),
        required=False,
        help_text=gettext_lazy(
            "The document itself: PDF, OFD, Word or a photo. A new file replaces the old one. "
            "Once filed, anybody may open it."
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["budget"].min_value = Decimal("0.01")
        if self.instance.written_by:
            self.fields.pop("department", None)  # a department writes its own

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        starts, day, ends = given.get("starts"), given.get("reckoning_day"), given.get("ends")
        if starts and day and ends and not starts <= day <= ends:
            self.add_error("reckoning_day", _("The reckoning day lies inside the period."))
        if given.get("budget") is not None and given["budget"] <= 0:
            self.add_error("budget", _("The budget must be above 0."))
        same = type(self.instance).objects.filter(
            unit=self.instance.unit_id,
            written_by=self.instance.written_by,
            year=given.get("year"),
            name=given.get("name"),
        )
        if same.exclude(pk=self.instance.pk).exists():
            self.add_error("name", _("There is one of this name already."))
        return given


class PolicyForm(SourceForm):
    class Meta(SourceForm.Meta):
        model = RewardPolicy
        fields = [*TERMS, "figure", "coefficient", "clawback"]

    def clean_coefficient(self) -> Decimal:
        if self.cleaned_data["coefficient"] <= 0:
            raise forms.ValidationError(_("The coefficient must be above 0."))
        return self.cleaned_data["coefficient"]


class FundForm(SourceForm):
    class Meta(SourceForm.Meta):
        model = ProjectFund
        fields = [*TERMS, "department", "min_star", "need", "at_least", "at_most"]

    planned = forms.CharField(
        label=gettext_lazy("Units of the project, with planned sums"),
        help_text=gettext_lazy(
            "One line for each unit: its code or name, a space, its sum in yuan. "
            "Each gets its sum if it holds the minimum star; weights, need and limits then stay empty. "
            "Empty: the budget is shared out by the weights below."
        ),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        need = self.fields["need"]
        need.choices = [("", _("Not weighted by need")), *[one for one in need.choices if one[0]]]
        self.initial["planned"] = "\n".join(f"{code} {amount}" for code, amount in planned_of(self.instance))

    def clean_planned(self) -> dict[str, Decimal]:
        return read_planned(self.cleaned_data["planned"], self.instance)

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        at_least, at_most = given.get("at_least") or Decimal(0), given.get("at_most")
        if at_least < 0:
            self.add_error("at_least", _("An amount must not be negative."))
        if at_most is not None and at_most < at_least:
            self.add_error("at_most", _("This is below the minimum amount."))
        planned, budget = given.get("planned"), given.get("budget")
        if planned and budget and (problem := above_budget(budget, planned)):
            self.add_error("planned", problem)
        return given


class BandForm(forms.Form):
    """A star and a half-open band: from … up to, but not including."""

    star = forms.IntegerField(label=gettext_lazy("Star"), min_value=0, max_value=9)
    first = forms.IntegerField(label=gettext_lazy("From"), min_value=0, max_value=2_000_000_000)
    after = forms.IntegerField(label=gettext_lazy("To (not included)"), required=False, max_value=2_000_000_000)
    amount = forms.DecimalField(
        label=gettext_lazy("Amount (yuan)"), min_value=0, max_digits=14, decimal_places=2, localize=False
    )

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        first, after = given.get("first"), given.get("after")
        if first is not None and after is not None and after <= first:
            self.add_error("after", _("A band ends above where it begins."))
        return given


class Grid(BaseFormSet):
    default_error_messages = BaseFormSet.default_error_messages | {
        "missing_management_form": gettext_lazy("This form did not arrive completely. Please try again.")
    }


class BandGrid(Grid):
    def clean(self) -> None:
        """Bands of one star must not overlap: the message appears at the later one."""
        seen: list[tuple[int, int, int | None]] = []
        for form in self.forms:
            if not form.is_valid() or not form.has_changed():
                continue
            star, first, after = (form.cleaned_data[name] for name in ("star", "first", "after"))
            if any(star == s and (b is None or first < b) and (after is None or a < after) for s, a, b in seen):
                form.add_error("first", _("This band overlaps with another one of the same star."))
            seen.append((star, first, after))

    def rows(self) -> list[tuple[int, int, int | None, Decimal]]:
        return [
            (
                form.cleaned_data["star"],
                form.cleaned_data["first"],
                form.cleaned_data["after"],
                form.cleaned_data["amount"],
            )
            for form in self.forms
            if form.has_changed()
        ]

    @staticmethod
    def of(policy: RewardPolicy) -> list[dict[str, Any]]:
        bands = policy.bands.all() if policy.pk else []
        return [
            {"star": row.star, "first": row.band.lower, "after": row.band.upper, "amount": row.amount} for row in bands
        ]


class WeightForm(forms.Form):
    star = forms.IntegerField(label=gettext_lazy("Star"), min_value=0, max_value=9)
    weight = forms.DecimalField(label=gettext_lazy("Weight"), max_digits=8, decimal_places=4)

    def clean_weight(self) -> Decimal:
        if self.cleaned_data["weight"] <= 0:
            raise forms.ValidationError(_("A weight must be above 0."))
        return self.cleaned_data["weight"]


class WeightGrid(Grid):
    def clean(self) -> None:
        seen = set()
        for form in self.forms:
            star = form.cleaned_data.get("star") if form.is_valid() else None
            if star is not None and star in seen:
                form.add_error("star", _("This star has a weight already."))
            seen.add(star)

    def rows(self) -> dict[int, Decimal]:
        return {f.cleaned_data["star"]: f.cleaned_data["weight"] for f in self.forms if f.has_changed()}

    @staticmethod
    def of(fund: ProjectFund) -> list[dict[str, Any]]:
        return list(fund.weights.values("star", "weight")) if fund.pk else []


Bands = formset_factory(BandForm, formset=BandGrid, extra=0)
Weights = formset_factory(WeightForm, formset=WeightGrid, extra=0)


class AnswerForm(forms.Form):
    """What those who ask again say to the opinion with which the office returned the draft."""

    answer = forms.CharField(
        label=gettext_lazy("Answer to the opinion"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )


class OpinionForm(forms.Form):
    number = forms.CharField(label=gettext_lazy("Filing number"), max_length=50, required=False)
    opinion = forms.CharField(label=gettext_lazy("Opinion"), required=False, widget=forms.Textarea(attrs={"rows": 3}))


class HandOverForm(forms.Form):
    """``possible``: the departments that have somebody to go on with it."""

    department = forms.ChoiceField(
        label=gettext_lazy("Department that goes on with it"),
        error_messages={"invalid_choice": gettext_lazy("Nobody acts for this department here.")},
    )

    def __init__(self, possible: Iterable[str], data: Any = None) -> None:
        super().__init__(data)
        self.fields["department"].choices = [("", ""), *((name, name) for name in sorted(possible))]


class DisburseForm(forms.Form):
    """One instalment: the same share of what every line is owed, or the amounts typed beside the lines.

    An amount for a line that can no longer be paid is read too: ``instalment`` says what is wrong with it.
    """

    key = forms.CharField(
        label=gettext_lazy("This page"), max_length=64, widget=forms.HiddenInput, error_messages=OUT_OF_DATE
    )
    document = forms.CharField(label=gettext_lazy("Voucher number"), max_length=100)
    share = forms.DecimalField(
        label=gettext_lazy("Share of what is owed (%)"),
        help_text=gettext_lazy("For all units alike; amounts typed in the list replace it."),
        min_value=Decimal("0.01"),
        max_value=100,
        decimal_places=2,
        initial=100,
        required=False,
    )
    PREFIX, CONFIRMED = "line", "confirmed"

    def __init__(self, lines: Iterable[GrantLine], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        typed = {name for name, value in (data or {}).items() if value.strip()}
        names = {f"{self.PREFIX}{line.pk}": line for line in lines}
        self.known = [*self.fields, *names, self.CONFIRMED]
        self.lines = [line for line in names.values() if line.unpaid and not line.frozen]
        for name, line in names.items():
            if line in self.lines or name in typed:
                self.fields[name] = forms.DecimalField(
                    label=line.unit.name, required=False, min_value=Decimal("0.01"), max_digits=14, decimal_places=2
                )

    def rows(self) -> list[tuple[GrantLine, forms.BoundField]]:
        return [(line, self[f"{self.PREFIX}{line.pk}"]) for line in self.lines]

    def clean(self) -> dict[str, Any]:
        try:
            refuse_unknown_fields(self.data, self.known)
        except UnknownFields as unknown:
            raise forms.ValidationError(str(unknown)) from unknown
        return super().clean()

    def asked(self) -> dict[str, Any]:
        """The document, and either the payments by line or the share of what every line is owed."""
        given = self.cleaned_data
        payments = {
            int(name.removeprefix(self.PREFIX)): amount.quantize(FEN)
            for name, amount in given.items()
            if name.startswith(self.PREFIX) and amount
        }
        asked: dict[str, Any] = {"document": given["document"]}
        if payments:
            return asked | {"payments": payments}
        return asked | ({"share": given["share"].quantize(FEN)} if given["share"] else {})


class CorrectionForm(forms.Form):
    """``left``: the amount that the page showed as not yet taken back."""

    key = forms.CharField(max_length=64, error_messages=OUT_OF_DATE)
    left = forms.DecimalField(decimal_places=2, error_messages=OUT_OF_DATE)
    amount = forms.DecimalField(
        max_digits=14,
        decimal_places=2,
        min_value=Decimal("0.01"),
        error_messages={
            "required": gettext_lazy("Please give the amount in yuan."),
            "min_value": gettext_lazy("Please give an amount above 0: it is taken back from the entry."),
        },
    )
    reason = forms.CharField(error_messages={"required": gettext_lazy("Please write a reason.")})
