"""The filter of every list of units: by name or code, and by township."""

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from villages.models import below, matching
from villages.townships import to_choose


class TownshipFilterForm(forms.Form):
    """Rows of units by name or code and, where the user reaches several, by township.

    ``form_id``: the form that the fields belong to, where they are inside another one.
    """

    q = forms.CharField(label=_("Name or division code"), max_length=50, required=False)
    township = forms.ChoiceField(label=_("Township"), required=False)

    def __init__(self, *args, codes: list[str], form_id: str = "", **kwargs) -> None:
        super().__init__(*args, **kwargs)
        if townships := to_choose(codes):
            self.fields["township"].choices = [("", _("All townships")), *((one.code, one.name) for one in townships)]
        else:
            del self.fields["township"]
        if form_id:
            for field in self.fields.values():
                field.widget.attrs["form"] = form_id

    @property
    def asks(self) -> bool:
        """Whether anything is searched for or chosen."""
        return self.is_valid() and any(self.cleaned_data.values())

    def narrow(self, rows: QuerySet) -> QuerySet:
        """Those of ``rows``, each with its ``unit``, that match the search and the choice."""
        if township := self.cleaned_data.get("township"):
            rows = rows.filter(below(township, "unit_id"))
        return rows.filter(matching(self.cleaned_data["q"], "unit__"))
