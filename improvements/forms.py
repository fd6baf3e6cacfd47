"""Forms of improvement plans. They validate the input; permissions are checked by the workflow."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from accounts.models import User
from followups.forms import FilesField
from improvements.models import LONGEST_MEASURE, LibraryMeasure, Measure, Party, Plan, PlanQuerySet, PlanState, Problem
from improvements.models.lifecycle import VIEW
from improvements.parties import helper_posts
from improvements.workflow import PlannedMeasure, Terms
from villages.forms.township_filter import TownshipFilterForm
from villages.models import county_of

FIRST = 5
"""So many problems, those that lost most, come with two lines for measures."""
SUGGESTED = 12


class PlanFilterForm(TownshipFilterForm):
    """Which plans are listed: by place, year, and how far they are."""

    year = forms.TypedChoiceField(label=_("Year"), required=False, coerce=int, empty_value=None)
    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("late", _("Late")), ("writing", _("Being written")), *PlanState.choices],
    )

    measure = forms.ModelChoiceField(queryset=Measure.objects.none(), required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, codes=user.reach(VIEW), **kwargs)
        self.fields["measure"].queryset = Measure.objects.filter(problem__plan__in=Plan.objects.seen_by(user))
        years = Plan.objects.seen_by(user).order_by("-year").values_list("year", flat=True).distinct()
        self.fields["year"].choices = [("", _("All years")), *((year, str(year)) for year in years)]

    def narrow(self, rows: PlanQuerySet) -> PlanQuerySet:
        """Those of ``rows`` in the place and year chosen, and with a measure as chosen; ``by_state`` goes further."""
        year, measure = self.cleaned_data["year"], self.cleaned_data["measure"]
        if measure:
            rows = rows.filter(pk__in=same_measure(measure).values("problem__plan"))
        return super().narrow(rows.filter(year=year) if year else rows)

    @property
    def chosen(self) -> str:
        return self.cleaned_data.get("state", "")

    def by_state(self, rows: PlanQuerySet) -> PlanQuerySet:
        if self.chosen == "late":
            return rows.late()
        if self.chosen == "writing":
            return rows.filter(state__in=PlanState.BEING_WRITTEN)
        return rows.filter(state=self.chosen) if self.chosen else rows


def same_measure(measure: Measure) -> QuerySet[Measure]:
    """The measures of agreed plans of the same county that say the same about the same criterion (``what_helped``)."""
    return Measure.objects.filter(
        text=measure.text,
        problem__criterion=measure.problem.criterion,
        problem__plan__unit__code__startswith=county_of(measure.problem.plan.unit_id),
        problem__plan__agreed_at__isnull=False,
    )


class DraftForm(forms.Form):
    """Until when, with whose help and money; and up to some measures for each problem (``rows``)."""

    due = DayField(label=_("To be done by"))
    helper = forms.ChoiceField(label=_("Helper unit"), required=False)
    person = forms.TypedChoiceField(
        label=_("Person in charge at the helper"), required=False, coerce=int, empty_value=None
    )
    money = forms.DecimalField(label=_("Money (yuan)"), required=False, max_digits=12, decimal_places=2)
    money_source = forms.CharField(label=_("Where the money comes from"), required=False, max_length=100)

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        self.plan = plan
        self.problems = list(plan.problems.prefetch_related("measures"))
        initial = {
            "due": plan.due,
            "helper": plan.helper,
            "person": plan.person_id,
            "money": plan.money,
            "money_source": plan.money_source,
        }
        super().__init__(*args, initial=initial, **kwargs)
        posts = helper_posts(county_of(plan.unit_id))
        names = sorted({post.department for post in posts} | ({plan.helper} if plan.helper else set()))
        self.fields["helper"].choices = [("", _("Choose")), *((name, name) for name in names)]
        people = [(post.user_id, f"{post.department} · {post.user.name}") for post in posts]
        self.fields["person"].choices = [("", "—"), *people]
        self._lines: dict[int, list[str]] = {}
        for number, problem in enumerate(self.problems):
            self._add_lines(problem, least=2 if number < FIRST else 1)

    def _add_lines(self, problem: Problem, *, least: int) -> None:
        there = list(problem.measures.all())
        lines: list[Measure | None] = [*there, *[None] * max(1, least - len(there))]
        self._lines[problem.pk] = []
        for number, measure in enumerate(lines, start=1):
            name = f"m{problem.pk}_{number}"
            self._lines[problem.pk].append(name)
            text = forms.TextInput(attrs={"list": f"library{problem.pk}"})
            self.fields[name] = forms.CharField(
                label=_("Measure %d") % number, required=False, max_length=LONGEST_MEASURE, widget=text
            )
            self.fields[f"{name}_by"] = forms.ChoiceField(label=_("Done by"), required=False, choices=Party.choices)
            self.fields[f"{name}_due"] = DayField(label=_("By (empty: the plan's day)"), required=False)
            if measure:
                self.initial[name] = measure.text
                self.initial[f"{name}_by"] = measure.party
                self.initial[f"{name}_due"] = measure.due if measure.due != self.plan.due else None

    @property
    def terms_fields(self) -> list[Any]:
        return [self[name] for name in ("due", "helper", "person", "money", "money_source")]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Each problem with its lines and what the library offers for it."""
        offered = library_of(county_of(self.plan.unit_id), {problem.criterion for problem in self.problems})
        return [
            {
                "problem": problem,
                "offered": offered.get(problem.criterion, []),
                "lines": [(self[name], self[f"{name}_by"], self[f"{name}_due"]) for name in self._lines[problem.pk]],
            }
            for problem in self.problems
        ]

    @property
    def terms(self) -> Terms:
        given = self.cleaned_data
        return Terms(
            due=given["due"],
            helper=given["helper"],
            person=given["person"],
            money=given["money"],
            money_source=given["money_source"].strip(),
            measures=[
                PlannedMeasure(pk, given[name].strip(), given[f"{name}_by"] or Party.VILLAGE, given[f"{name}_due"])
                for pk, names in self._lines.items()
                for name in names
                if given[name].strip()
            ],
        )


def library_of(county: str, criteria: Iterable[str]) -> dict[str, list[str]]:
    """What the county's library offers, by criterion, in one query."""
    found: dict[str, list[str]] = {}
    rows = LibraryMeasure.objects.filter(unit=county, criterion__in=set(criteria), withdrawn_at=None)
    for criterion, text in rows.values_list("criterion", "text"):
        if len(found.setdefault(criterion, [])) < SUGGESTED:
            found[criterion].append(text)
    return found


class FindingForm(forms.Form):
    finding = forms.CharField(label=_("What the check found"), widget=forms.Textarea(attrs={"rows": 3}))


class DoneForm(forms.Form):
    text = forms.CharField(label=_("What was done"), widget=forms.Textarea(attrs={"rows": 3}))
    files = FilesField(
        label=_("Photos"), required=False, help_text=_("Photos, PDF, Word or Excel; several at once are possible.")
    )


class ProgressForm(DoneForm):
    measure = forms.ModelChoiceField(
        label=_("Measure"), queryset=Measure.objects.none(), required=False, empty_label=_("The plan as a whole")
    )
    done = forms.BooleanField(label=_("This measure is finished"), required=False)
    field_order = ["measure", "text", "files", "done"]

    def __init__(self, *args: Any, plan: Plan, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["measure"].queryset = Measure.objects.filter(problem__plan=plan).order_by("problem", "pk")

    def clean(self) -> None:
        if self.cleaned_data.get("done") and not self.cleaned_data.get("measure") and "measure" not in self.errors:
            self.add_error("measure", _("Choose the measure that is finished."))


class LibraryForm(forms.Form):
    """A measure for the library of the county."""

    criterion = forms.ChoiceField(label=_("Criterion"))
    text = forms.CharField(label=_("Measure"), max_length=LONGEST_MEASURE)

    def __init__(self, *args: Any, criteria: list[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["criterion"].choices = [("", _("Choose")), *criteria]


def counts_of(plans: PlanQuerySet) -> list[tuple[Any, int, str]]:
    """How many there are, and how far they are: words, how many, and the choice of ``PlanFilterForm.state`` that lists
    them; one query."""
    kinds = {
        "": (_("All"), Q()),
        "writing": (_("Being written"), Q(state__in=PlanState.BEING_WRITTEN)),
        **{one.value: (one.label, Q(state=one)) for one in PlanState if one not in PlanState.BEING_WRITTEN},
        "late": (_("Late"), Q(state__in=PlanState.OPEN, due__lt=timezone.localdate())),
    }
    found = plans.order_by().aggregate(
        **{f"n_{key}": Count("pk", filter=which) for key, (_words, which) in kinds.items()}
    )
    return [(words, found[f"n_{key}"], key) for key, (words, _which) in kinds.items()]
