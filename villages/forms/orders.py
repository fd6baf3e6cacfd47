"""Forms of orders: codes and names by line. The workflow decides whether an order can be carried out."""

import re
from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from records import cells
from villages import workflow
from villages.models import ReorganizationOrder, Unit
from villages.workflow import OrderPaper, SplitPart

SEPARATORS = re.compile(r"[\s,，、;；]+")


def code_among(names: Mapping[str, str], typed: str) -> str:
    """``typed``, or the code of the one unit of ``names`` (by code) that bears this name, or ``ValidationError``."""
    code = cells.code(typed)
    if code.isascii():
        return code
    found = [one for one, name in names.items() if cells.code(name) == code]
    if len(found) != 1:
        raise forms.ValidationError(_("Please give the name of one of the units above, or a code."))
    return found[0]


class OrderForm(forms.Form):
    """The document of the order. ``carry_out(by)`` is the step of the workflow."""

    document = forms.CharField(label=gettext_lazy("Document number"), max_length=200)
    on = forms.DateField(
        label=gettext_lazy("In force from"),
        initial=timezone.localdate,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
    )
    reason = forms.CharField(label=gettext_lazy("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def paper(self) -> OrderPaper:
        given = self.cleaned_data
        return OrderPaper(given["document"], given["on"], given["reason"], given.get("posts_pass", False))

    def said(self) -> dict[str, str]:
        """The input with line breaks normalised."""
        return {name: " ".join(str(value).split()) for name, value in self.cleaned_data.items()}

    def carry_out(self, by: Any) -> ReorganizationOrder:
        raise NotImplementedError


class PassingForm(OrderForm):
    posts_pass = forms.BooleanField(
        label=gettext_lazy("The cadres of units that end go on in their successor"),
        required=False,
        help_text=gettext_lazy("Otherwise their posts end, and the township appoints anew."),
    )


class MergeForm(PassingForm):
    units = forms.CharField(
        label=gettext_lazy("Units that become one"),
        help_text=gettext_lazy("Their division codes, one a line."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    into = forms.CharField(
        label=gettext_lazy("The unit after it"),
        max_length=100,
        help_text=gettext_lazy("One of these that continues, by name or code; or the code of a new unit."),
    )
    name = forms.CharField(
        label=gettext_lazy("Its name"),
        max_length=100,
        required=False,
        help_text=gettext_lazy("May be empty where a unit continues under its name."),
    )

    field_order = ["units", "into", "name", "posts_pass", "document", "on", "reason"]

    def clean_into(self) -> str:
        """The code of the unit after it, which is found by its name among those that become one."""
        units = Unit.objects.filter(pk__in=self.codes())
        return code_among({unit.code: unit.name for unit in units}, self.cleaned_data["into"])

    def codes(self) -> list[str]:
        return [code for code in SEPARATORS.split(self.cleaned_data.get("units", "")) if code]

    def carry_out(self, by: Any) -> ReorganizationOrder:
        given = self.cleaned_data
        codes = self.codes()
        return workflow.merge(codes, SplitPart(given["into"], given["name"]), self.paper(), by=by)


class SplitForm(PassingForm):
    unit = forms.CharField(label=gettext_lazy("Code of the unit that is split"), max_length=12)
    parts = forms.CharField(
        label=gettext_lazy("Its parts"),
        help_text=gettext_lazy(
            "One per line: code and name. The unit itself may be one of them and then needs no name."
        ),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    main = forms.CharField(
        label=gettext_lazy("The part that takes over what is open"),
        max_length=100,
        help_text=gettext_lazy("Its name or code. The open application, plans and money pass to it."),
    )

    field_order = ["unit", "parts", "main", "posts_pass", "document", "on", "reason"]

    def clean_parts(self) -> list[SplitPart]:
        lines = [line.split(maxsplit=1) for line in self.cleaned_data["parts"].splitlines() if line.strip()]
        return [SplitPart(line[0], line[1].strip() if len(line) > 1 else "") for line in lines]

    def clean_main(self) -> str:
        """The code of that part, which is found by its name among the parts."""
        parts = {part.code: part.name for part in self.cleaned_data.get("parts", [])}
        for unit in Unit.objects.filter(pk__in=[code for code, name in parts.items() if not name]):
            parts[unit.code] = unit.name
        return code_among(parts, self.cleaned_data["main"])

    def carry_out(self, by: Any) -> ReorganizationOrder:
        given = self.cleaned_data
        return workflow.split(given["unit"], given["parts"], given["main"], self.paper(), by=by)


class RenameForm(OrderForm):
    unit = forms.CharField(label=gettext_lazy("Code of the unit"), max_length=12)
    name = forms.CharField(label=gettext_lazy("New name"), max_length=100)

    field_order = ["unit", "name", "document", "on", "reason"]

    def carry_out(self, by: Any) -> ReorganizationOrder:
        return workflow.rename(self.cleaned_data["unit"], self.cleaned_data["name"], self.paper(), by=by)


FORMS: dict[str, Callable[..., OrderForm]] = {
    ReorganizationOrder.Kind.MERGE: MergeForm,
    ReorganizationOrder.Kind.SPLIT: SplitForm,
    ReorganizationOrder.Kind.RENAME: RenameForm,
}
