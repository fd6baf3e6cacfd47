"""Forms of rounds and nominations. They validate the input; permissions are checked by the workflow."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import DayField
from honours.models import TERMS, NominationQuerySet, NominationState, Round
from honours.models.lifecycle import VIEW
from honours.workflow.rounds import LEVELS
from ratings.events.applicable_scheme import event_names
from ratings.models import Scheme
from reviews.forms import PublicObjectionForm
from villages.forms.township_filter import TownshipFilterForm
from villages.models import Level, Unit, below, matching

TEXT = forms.Textarea(attrs={"rows": 4})


def event_choices(place: str) -> list[tuple[str, str]]:
    """The kinds of event of the schemes of a place, of those above and below it."""
    below_it = Scheme.objects.issued().filter(below(place, "unit_id")).order_by().values_list("unit", flat=True)
    names = event_names([place, *below_it.distinct()]).of_villages()
    return sorted(names.items(), key=lambda item: item[1])


def named_departments(place: str) -> list[str]:
    """The departments that the schemes of a place ask, in their order."""
    issued = Scheme.objects.issued().filter(below(place, "unit_id"), rates=Level.VILLAGE)
    found = issued.order_by("-year", "-version").values_list("body__departments", flat=True)
    return list(dict.fromkeys(name for names in found for name in names or []))


class RoundForm(forms.Form):
    """What a round says."""

    name = forms.CharField(label=_("Name of the title"), max_length=100)
    level = forms.ChoiceField(label=_("Level of the title"))
    basis = forms.CharField(label=_("Document that the round rests on"), max_length=200)
    basis_file = forms.FileField(label=_("The document as a file (optional)"), required=False)
    day = DayField(
        label=_("Day whose stars count"),
        help_text=_("Villages with the star on this day, and still today, can be named."),
    )
    min_star = forms.TypedChoiceField(label=_("At least this star"), coerce=int, choices=[(4, "4"), (5, "5")])
    nominate_until = DayField(label=_("Nominations until"))
    valid_until = DayField(label=_("The title holds until"))
    quota = forms.IntegerField(
        label=_("Villages per county at most"),
        required=False,
        min_value=1,
        max_value=1000,
        help_text=_("Empty: no limit"),
    )
    barring = forms.MultipleChoiceField(
        label=_("Events that bar while they are open"), required=False, widget=forms.CheckboxSelectMultiple
    )
    departments = forms.MultipleChoiceField(
        label=_("Departments of the joint check"), required=False, widget=forms.CheckboxSelectMultiple
    )
    award = forms.DecimalField(
        label=_("Award for each village (yuan)"),
        required=False,
        min_value=1,
        max_digits=14,
        decimal_places=2,
        help_text=_("Empty: no money. It is paid by the finance of each county."),
    )
    opinion_days = forms.IntegerField(label=_("Working days for each opinion"), min_value=1, max_value=60, initial=5)
    check_days = forms.IntegerField(label=_("Working days for the joint check"), min_value=1, max_value=60, initial=5)
    notice_days = forms.IntegerField(label=_("Working days of public notice"), min_value=1, max_value=60, initial=5)

    def __init__(self, *args: Any, unit: Unit, round: Round | None = None, **kwargs: Any) -> None:
        kept = {name: getattr(round, name) for name in TERMS if name not in ("unit", "basis_file")} if round else {}
        super().__init__(*args, initial=kept, **kwargs)
        levels = LEVELS[Level(unit.level)]
        self.fields["level"].choices = [(one, Round.Level(one).label) for one in levels]
        self.fields["barring"].choices = event_choices(unit.code)
        names = named_departments(unit.code)
        self.fields["departments"].choices = [(name, name) for name in names]
        if not round:
            self.initial["departments"] = names

    @property
    def terms(self) -> dict[str, Any]:
        return self.cleaned_data


class TextForm(forms.Form):
    """An opinion, or a reason that the village reads."""

    text = forms.CharField(label=_("Opinion"), max_length=2000, widget=TEXT)

    def __init__(self, *args: Any, label: Any = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if label:
            self.fields["text"].label = label


class NominationForm(forms.Form):
    grounds = forms.CharField(
        label=_("What the village has achieved"),
        help_text=_("In a few sentences: what others could learn from it"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 6}),
    )
    file = forms.FileField(label=_("Attachment (optional)"), required=False)


class ReplyForm(forms.Form):
    """What a department knows of each village on the list: nothing unless something is written."""

    note = forms.CharField(label=_("Note"), required=False, max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, nominations: list[Any], found: dict[int, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.listed = nominations
        for one in nominations:
            self.fields[f"n{one.pk}"] = forms.CharField(
                label=_("%(unit)s: what was found, with the document") % {"unit": one.unit.name},
                help_text=_("Leave it empty where nothing is known."),
                required=False,
                max_length=1000,
                widget=forms.Textarea(attrs={"rows": 2}),
                initial=found.get(one.pk, ""),
            )
        self.order_fields([*(f"n{one.pk}" for one in nominations), "note"])

    @property
    def findings(self) -> dict[int, str]:
        return {one.pk: self.cleaned_data[f"n{one.pk}"] for one in self.listed}


class AnswerForm(forms.Form):
    """The answer to an objection."""

    upheld = forms.TypedChoiceField(
        label=_("Outcome"),
        coerce=lambda value: value == "yes",
        choices=[("no", _("Not upheld: the village stays on the list")), ("yes", _("Upheld: it goes off the list"))],
        widget=forms.RadioSelect,
    )
    answer = forms.CharField(label=_("Answer"), max_length=5000, widget=TEXT)


class RoundObjectionForm(PublicObjectionForm):
    field_order = ("nomination",)

    nomination = forms.ModelChoiceField(None, label=_("Which village"), empty_label=_("Please choose"))

    def __init__(self, round: Round, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        listed = round.nominations.filter(state=NominationState.LISTED).select_related("unit").order_by("unit")
        self.fields["nomination"].queryset = listed
        self.fields["nomination"].label_from_instance = lambda one: one.unit.name


class NominationFilterForm(forms.Form):
    """Which nominations of a round are listed."""

    KINDS = {
        "on_the_way": (_("On their way"), NominationState.ON_THE_WAY),
        "listed": (NominationState.LISTED.label, [NominationState.LISTED]),
        "named": (NominationState.NAMED.label, [NominationState.NAMED]),
        "ended": (pgettext_lazy("nominations", "Ended"), NominationState.ENDED),
    }
    state = forms.ChoiceField(
        required=False,
        choices=[("", _("All")), *((key, words) for key, (words, _states) in KINDS.items())],
        label=_("State"),
    )

    @property
    def chosen(self) -> str:
        return self.cleaned_data.get("state", "")

    def narrow(self, rows: NominationQuerySet) -> NominationQuerySet:
        """None for a choice that there is not."""
        if not self.is_valid():
            return rows.none()
        return rows.filter(state__in=self.KINDS[self.chosen][1]) if self.chosen else rows

    @classmethod
    def counts_of(cls, rows: NominationQuerySet) -> list[tuple[Any, int, str]]:
        """How many there are of each kind: words, how many, and the choice that lists them; one query."""
        found = rows.order_by().aggregate(
            all=Count("pk"),
            **{key: Count("pk", filter=Q(state__in=states)) for key, (_words, states) in cls.KINDS.items()},
        )
        return [
            (_("All"), found["all"], ""),
            *((words, found[key], key) for key, (words, _states) in cls.KINDS.items()),
        ]


class CandidateFilterForm(TownshipFilterForm):
    """Which villages are listed: by place, and whether they meet the conditions."""

    meets = forms.ChoiceField(
        label=_("Conditions"), required=False, choices=[("", _("All")), ("yes", _("Met")), ("no", _("Not met"))]
    )

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, codes=user.reach(VIEW), **kwargs)

    def narrow(self, rows: Any) -> Any:
        """Those of ``rows``, which are units themselves."""
        if township := self.cleaned_data.get("township"):
            rows = rows.filter(below(township))
        return rows.filter(matching(self.cleaned_data["q"]))


class SelectionForm(forms.Form):
    """The condition of a list for honours; a share for each area of the schemes of the place."""

    name = forms.CharField(label=_("Name of the list"), max_length=100)
    asked_by = forms.CharField(label=_("Asked for by"), max_length=100)
    basis = forms.CharField(label=_("Document that asks for it"), max_length=200, required=False)
    on = DayField(label=_("Day"))
    min_star = forms.IntegerField(label=_("At least this star"), min_value=1, max_value=9, initial=4)
    years = forms.IntegerField(
        label=_("For how many years before"), min_value=0, max_value=10, initial=0, help_text=_("0: on the day alone")
    )
    barring = forms.MultipleChoiceField(label=_("Events that bar"), required=False, widget=forms.CheckboxSelectMultiple)
    months = forms.IntegerField(label=_("Within how many months before"), min_value=0, max_value=120, initial=12)

    def __init__(self, *args: Any, unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["barring"].choices = event_choices(unit.code)
        self.areas = area_names(unit.code)
        for code, name in self.areas.items():
            self.fields[f"area_{code}"] = forms.DecimalField(
                label=_("%(area)s: least share of the full marks") % {"area": name},
                required=False,
                min_value=0,
                max_value=1,
                max_digits=5,
                decimal_places=4,
                help_text=_("Such as 0.8; empty: none"),
            )

    @property
    def terms(self) -> dict[str, Any]:
        given = dict(self.cleaned_data)
        shares = {code: given.pop(f"area_{code}") for code in self.areas}
        return given | {"areas": {code: share for code, share in shares.items() if share}}


class AskForm(forms.Form):
    """Which village is asked about, and what for."""

    unit = forms.CharField(widget=forms.HiddenInput)
    purpose = forms.CharField(label=_("What for"), max_length=200)


def area_names(place: str) -> dict[str, str]:
    """The names of the base areas by code, of the latest scheme of a place or of those around it."""
    issued = Scheme.objects.issued().filter(below(place, "unit_id"), rates=Level.VILLAGE).order_by("-year", "-version")
    latest = issued.first()
    return {area.code: area.name for area in latest.spec.areas if area.kind == "base"} if latest else {}
