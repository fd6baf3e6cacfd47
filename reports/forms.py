"""Requesting an annual report; the day of a dashboard; choosing warnings, setting their thresholds; moving tiles."""

from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext

from accounts.models import User
from followups.models import FollowUpQuerySet
from followups.models.followup import VIEW
from ratings.models import Decision
from reports.kept_warnings import KINDS, PREFIX
from reports.models import TilePosition
from reports.thresholds import SWITCHED, THRESHOLDS
from reports.tiles import positions
from reports.warning_colours import Colour, of_colour
from reports.workflow import VIEW_REPORT, own_thresholds, tiles_of
from villages.forms.township_filter import TownshipFilterForm
from villages.models import CODE_LENGTHS, Level, Unit, below, below_any

NEW = timedelta(days=7)
CITY_LENGTH = CODE_LENGTHS[1]


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
            wanted |= below(code) & Q(code__regex=rf"^.{{{digits}}}$") & ~Q(level=Level.VILLAGE)
    # The whole range once more: otherwise a server that reads the ranges one by one in order scans every unit.
    return Unit.objects.filter(below_any(codes), wanted)


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


class WarningFilterForm(TownshipFilterForm):
    """Which warnings are listed: by place, rule, colour and year, and the new ones alone."""

    rule = forms.ChoiceField(label=_("Rule"), required=False)
    colour = forms.ChoiceField(
        label=_("Colour"),
        required=False,
        choices=[("", _("Red and yellow")), *Colour.choices, ("all", _("All"))],
    )
    year = forms.IntegerField(label=_("Year"), required=False, min_value=2000, max_value=2099)
    new = forms.BooleanField(label=_("New in the last 7 days"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, codes=user.reach(VIEW), **kwargs)
        self.fields["rule"].choices = [("", _("All rules")), *((key, kind.name) for key, kind in KINDS.items())]

    def narrow(self, rows: FollowUpQuerySet) -> FollowUpQuerySet:
        """Those of ``rows`` that match every choice."""
        chosen, now = self.cleaned_data, timezone.now()
        if chosen["rule"]:
            rows = rows.filter(kind=chosen["rule"])
        if chosen["year"]:
            rows = rows.filter(params__year=chosen["year"])
        if chosen["new"]:
            rows = rows.filter(opened_at__gte=now - NEW)
        if chosen["colour"] == "":
            rows = rows.waiting()
        elif chosen["colour"] != "all":
            rows = rows.filter(of_colour(chosen["colour"], now))
        return super().narrow(rows)


class ThresholdForm(forms.Form):
    """A rule's number, and whether it is switched on; what is empty is left to the level above. Bounds are the
    workflow's."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        own = own_thresholds(unit)
        super().__init__(*args, **kwargs)
        above = own_thresholds(Unit(code=unit.code[:CITY_LENGTH])) if len(unit.code) > CITY_LENGTH else {}
        for rule in SWITCHED:
            name, said = KINDS[PREFIX + rule].name, above.get(rule, {})
            stands = pgettext("rule", "off") if said.get("active") is False else pgettext("rule", "on")
            self.fields[_switch(rule)] = forms.TypedChoiceField(
                label=name,
                required=False,
                choices=[
                    ("", _("As the level above says: %s") % stands),
                    ("on", pgettext("rule", "On")),
                    ("off", pgettext("rule", "Off")),
                ],
                coerce=lambda chosen: chosen == "on",
                empty_value=None,
                initial={True: "on", False: "off"}.get(own.get(rule, {}).get("active"), ""),
            )
            if spec := THRESHOLDS.get(rule):
                default = said.get("value")
                self.fields[rule] = forms.IntegerField(
                    label=spec.words,
                    required=False,
                    min_value=spec.least,
                    max_value=spec.most,
                    initial=own.get(rule, {}).get("value"),
                    help_text=_("From %(least)s to %(most)s; empty: %(value)s.")
                    % {"least": spec.least, "most": spec.most, "value": spec.default if default is None else default},
                )

    @property
    def given(self) -> dict[str, dict[str, Any]]:
        """What the workflow takes."""
        return {
            "values": {rule: self.cleaned_data[rule] for rule in THRESHOLDS},
            "active": {rule: self.cleaned_data[_switch(rule)] for rule in SWITCHED},
        }


def _switch(rule: str) -> str:
    return f"{rule}_active"


class TilesForm(forms.Form):
    """Row and column of each place directly below a unit. That no two lie on one another is the workflow's rule."""

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.places = list(unit.children().exclude(level__in=[Level.VILLAGE, Level.STATION]).order_by("code"))
        placed = tiles_of(unit)
        for place in self.places:
            row, column = placed.get(place.code) or positions().get(place.code, (None, None))
            for name, label, value in (("row", _("Row on the map"), row), ("column", _("Column on the map"), column)):
                self.fields[f"{name}_{place.code}"] = forms.IntegerField(
                    label=format_lazy("{} · {}", place.name, label),
                    initial=value,
                    min_value=1,
                    max_value=TilePosition.MOST,
                )

    @property
    def tiles(self) -> dict[str, tuple[int, int]]:
        cleaned = self.cleaned_data
        return {one.code: (cleaned[f"row_{one.code}"], cleaned[f"column_{one.code}"]) for one in self.places}

    @property
    def lines(self) -> list[tuple[Unit, Any, Any]]:
        """Each place with its two fields."""
        return [(one, self[f"row_{one.code}"], self[f"column_{one.code}"]) for one in self.places]
