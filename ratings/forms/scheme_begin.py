"""What a new draft of a scheme begins from: one of our own, another county's, an example, or a file."""

import json
import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.authority import reached
from ratings.models import Scheme
from ratings.scheme.drafting import Body
from ratings.workflow.scheme_drafts import MANAGE
from records.sheet_upload import SheetUploadField
from villages.models import Unit

EXAMPLES = settings.BASE_DIR / "fixtures" / "schemes"
YEARS = 3
"""How far ahead a draft can be begun."""
OFFERED = 300


class DraftPlaceForm(forms.Form):
    """Whose draft it becomes, and for which year."""

    unit = forms.ModelChoiceField(Unit.objects.none(), label=gettext_lazy("For"), empty_label=None)
    year = forms.TypedChoiceField(label=gettext_lazy("Year"), coerce=int)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = Unit.objects.filter(code__in=user.reach(MANAGE))
        self.fields["unit"].label_from_instance = lambda unit: unit.name
        this_year = timezone.localdate().year
        self.fields["year"].choices = [(year, year) for year in range(this_year, this_year + YEARS)]
        self.fields["year"].initial = this_year + 1


class BeginForm(DraftPlaceForm):
    """``source``: ``scheme:ID`` or ``example:NAME``; ``other``: the public page of another county's issued scheme."""

    source = forms.ChoiceField(label=gettext_lazy("Begin from"))
    other = forms.CharField(
        label=gettext_lazy("Or from another county's issued scheme (optional)"),
        help_text=gettext_lazy("Open its scheme from the public star register, and copy the address of the page here."),
        max_length=200,
        required=False,
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, user=user, **kwargs)
        self.fields["source"].choices = _sources(user)

    def clean_other(self) -> Scheme | None:
        if not (typed := self.cleaned_data["other"].strip()):
            return None
        number = re.search(r"schemes/([0-9]{1,9})/", typed)
        found = Scheme.objects.issued().filter(pk=number[1]).first() if number else None
        if found is None:
            raise forms.ValidationError(_("There is no issued scheme at this address."))
        return found

    @property
    def body(self) -> Body:
        """What the draft begins from."""
        if other := self.cleaned_data["other"]:
            return other.body
        kind, _colon, key = self.cleaned_data["source"].partition(":")
        return Scheme.objects.get(pk=key).body if kind == "scheme" else _example(EXAMPLES / f"{key}.json")


class SchemeFileForm(forms.Form):
    """One scheme file; ``cleaned_data["file"]`` is its bytes."""

    file = SheetUploadField(label=gettext_lazy("The scheme, as an Excel workbook or a JSON file"))


def _sources(user: Any) -> list[tuple[str, list[tuple[str, str]]]]:
    """Own schemes in force, the latest first, own drafts, and the examples.

    (Names of other counties stand on public pages alone.)
    """
    mine = reached(user, MANAGE, Scheme.objects.all()).defer("body").select_related("unit")
    own, drafts = [], []
    for one in mine.order_by("-year", "unit_id", "-version")[:OFFERED]:
        choice = f"scheme:{one.pk}", f"{one.unit.name} {one.year}/{one.version} {one.name}"
        (drafts if one.state == Scheme.State.DRAFT else own).append(choice)
    examples = [(f"example:{path.stem}", _example(path)["name"]) for path in sorted(EXAMPLES.glob("[a-z]*.json"))]
    groups = [(_("Our own schemes"), own), (_("Our own drafts"), drafts), (_("Examples"), examples)]
    return [group for group in groups if group[1]]


def _example(path: Path) -> Body:
    body: Body = json.loads(path.read_text(encoding="utf-8"), parse_float=Decimal)
    return body
