"""Forms of assessments: the formula as rows of terms, and the decision."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import simplejson
from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.fields import DayField
from ratings.models import Scheme
from records.refusals import Refused
from reports.assessments.kept import spec_of
from reports.assessments.reading import read_assessment
from reports.assessments.wording import STEPS, TAKES
from reports.models import Assessment
from villages.models import Level, Unit, below, prefixes

ROWS = 12
CODES = "abcdefghijkl"
STARS = range(1, 11)


class FormulaForm(forms.Form):
    """A name, a year, a day, and up to a dozen terms; a row without a kind is left out."""

    name = forms.CharField(label=pgettext_lazy("of a thing", "Name"), max_length=100)
    year = forms.TypedChoiceField(label=gettext_lazy("Year assessed"), coerce=int)
    assesses = forms.ChoiceField(label=gettext_lazy("Assesses"))
    on = DayField(label=gettext_lazy("Figures as of"))

    def __init__(self, data: Any = None, *, unit: Unit, assessment: Assessment | None = None) -> None:
        self.unit = unit
        now = timezone.localdate().year
        super().__init__(data, initial=_initial(assessment) if assessment else {"year": now, "on": f"{now}-12-31"})
        years = {now - 1, now, now + 1, *([assessment.year] if assessment else [])}
        self.fields["year"].choices = [(year, str(year)) for year in sorted(years)]
        levels = [("township", gettext_lazy("Townships"))]
        levels += [("county", gettext_lazy("Counties"))] if unit.level in (Level.CITY, Level.PROVINCE) else []
        self.fields["assesses"].choices = levels
        events = known_events(unit)
        for number in range(ROWS):
            self.fields |= _term_fields(number, events)

    @property
    def head(self) -> list[forms.BoundField]:
        return [self[name] for name in ("name", "year", "assesses", "on")]

    @property
    def rows(self) -> list[dict[str, forms.BoundField]]:
        """The fields of each term."""
        return [{name: self[f"{name}{number}"] for name in _NAMES} for number in range(ROWS)]

    @property
    def shown(self) -> int:
        """How many rows are shown: those filled in, and two more."""
        return 2 + sum(bool(row["takes"].value()) for row in self.rows)

    def clean(self) -> dict[str, Any]:
        """``formula``: the file that the rows amount to, with every error that it has beside the form."""
        given = super().clean()
        if self.errors:
            return given
        given["formula"] = self.formula(given)
        try:
            read_assessment(given["formula"].encode())
        except Refused as refused:
            for problem in getattr(refused, "problems", []):
                self.add_error(None, f"{problem.message} ({problem.place}: {problem.expected})")
            if not getattr(refused, "problems", []):
                self.add_error(None, str(refused))
        return given

    def formula(self, given: dict[str, Any]) -> str:
        terms, values = [], {}
        for number, code in enumerate(CODES):
            if given[f"takes{number}"]:
                term, typed = self._term(number, code, given)
                terms.append(term)
                values |= {code: typed} if typed else {}
        body = {
            "format": "pingxing-assessment/1",
            "name": given["name"],
            "year": given["year"],
            "unit": self.unit.code,
            "assesses": given["assesses"],
            "on": given["on"].isoformat(),
            "terms": terms,
        }
        text: str = simplejson.dumps(body | ({"values": values} if values else {}), ensure_ascii=False, indent=1)
        return text

    def _term(self, number: int, code: str, given: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        def of(name: str) -> Any:
            return given[f"{name}{number}"]

        weight = of("weight") or Decimal(0)
        term: dict[str, Any] = {"code": code, "takes": of("takes"), "weight": weight}
        term |= {"name": of("title")} if of("title") else {}
        if of("takes") == "share_at_least":
            term["star"] = int(of("star") or 4)
        if of("takes") == "on_time":
            term["step"] = of("step") or "apply"
        if of("takes") == "no_event":
            term["events"] = of("events")
        typed = dict(line.split(None, 1) for line in of("values").splitlines() if len(line.split()) == 2)
        return term, typed if of("takes") == "typed" else {}


_NAMES = ("takes", "title", "weight", "star", "step", "events", "values")


def _term_fields(number: int, events: list[tuple[str, str]]) -> dict[str, forms.Field]:
    none = [("", "—")]
    fields: dict[str, forms.Field] = {
        "takes": forms.ChoiceField(label=_("What it takes"), choices=[*none, *TAKES.items()], required=False),
        "title": forms.CharField(label=_("Its name on the page"), max_length=60, required=False),
        "weight": forms.DecimalField(label=_("Points at most"), max_digits=8, decimal_places=2, required=False),
        "star": forms.ChoiceField(
            label=_("Stars at least"), choices=[*none, *((n, str(n)) for n in STARS)], required=False
        ),
        "step": forms.ChoiceField(label=_("Step"), choices=[*none, *STEPS.items()], required=False),
        "events": forms.MultipleChoiceField(label=_("Kinds of event"), choices=events, required=False),
        "values": forms.CharField(
            label=_("Typed values"),
            help_text=_("One line for each unit: its code, a space, a value from 0 to 1."),
            widget=forms.Textarea(attrs={"rows": 3}),
            required=False,
        ),
    }
    return {f"{name}{number}": field for name, field in fields.items()}


def _initial(assessment: Assessment) -> dict[str, Any]:
    spec = spec_of(assessment)
    rows: dict[str, Any] = {
        "name": assessment.name,
        "year": assessment.year,
        "assesses": assessment.assesses,
        "on": assessment.on,
    }
    for number, term in enumerate(spec.terms[:ROWS]):
        rows |= {f"takes{number}": term.takes, f"title{number}": term.name, f"weight{number}": term.weight}
        rows |= {f"{name}{number}": getattr(term, name, "") for name in ("star", "step", "events")}
        values = spec.values.get(term.code, {})
        rows[f"values{number}"] = "\n".join(f"{code} {value}" for code, value in values.items())
    return rows


def known_events(unit: Unit) -> list[tuple[str, str]]:
    """The kinds of event of the schemes around the unit, by code."""
    around = Q(unit__in=prefixes(unit.code)) | below(unit.code, "unit_id")
    bodies = Scheme.objects.issued().filter(around, rates=Level.VILLAGE).order_by("year")
    listed = bodies.values_list("body__events", flat=True)
    names = {event["code"]: event["name"] for events in listed for event in events or []}
    return sorted(names.items())


class DecisionForm(forms.Form):
    document = forms.CharField(label=gettext_lazy("Number of the document that decides"), max_length=100)
