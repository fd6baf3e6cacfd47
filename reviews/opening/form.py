"""The form on which a year is opened, one step a page; what was typed on the other pages is carried along in hidden
fields."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.fields import DayField
from accounts.working_days import uncertainty
from ratings.models import Scheme
from ratings.workflow.cycle import STEPS_OF, townships_to_rate
from records.refusals import Incomplete
from reviews.models.review_levels import FEWEST_REVIEWERS
from reviews.opening.last_year import (
    WorkingWindow,
    offered_windows,
    reviewers_of,
    seated_before,
    windows_of,
    year_before,
)
from villages.models import Level

SCHEME, RATED, TIMES, PANEL, CHECK = range(1, 6)
STEP_NAMES = {
    SCHEME: gettext_lazy("Scheme"),
    RATED: gettext_lazy("Who is rated"),
    TIMES: gettext_lazy("Times"),
    PANEL: gettext_lazy("Panel"),
    CHECK: gettext_lazy("Check and open"),
}
WHOLE, NAMED = "county", "townships"
LONGEST = 250
"""Working days of a step: about a year."""


class OpenYearForm(forms.Form):
    """``FIELDS``: what each step asks. Who is rated, when, and who sits on the county's panel."""

    who = forms.ChoiceField(
        label=gettext_lazy("Who is rated"),
        choices=[(WHOLE, gettext_lazy("The whole county")), (NAMED, gettext_lazy("Named townships, as a pilot"))],
        widget=forms.RadioSelect,
        initial=WHOLE,
    )
    townships = forms.MultipleChoiceField(
        label=gettext_lazy("Townships of the pilot"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("The others keep their stars; they are not asked, not ranked and not told."),
    )
    facts_until = DayField(label=gettext_lazy("Last day for facts"))
    meeting_minutes_required = forms.BooleanField(
        label=gettext_lazy("Villages attach the minutes of their villagers' representatives"),
        help_text=gettext_lazy("Without the minutes an application cannot be sent."),
        required=False,
    )
    reviewers = forms.MultipleChoiceField(
        label=gettext_lazy("Reviewers of the county"),
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text=gettext_lazy("At least two, or none for now: a panel can be convened later, too."),
    )

    def __init__(self, *args: Any, scheme: Scheme, **kwargs: Any) -> None:
        self.scheme, self.before = scheme, year_before(scheme)
        super().__init__(*args, **kwargs)
        offered = offered_windows(scheme, self.before)
        self.last_year = windows_of(self.before)
        for step, window in offered.items():
            self.fields[f"{step}-opens"] = DayField(label=_("Opens on"), initial=window.opens.isoformat())
            self.fields[f"{step}-days"] = forms.IntegerField(
                label=_("Working days"), min_value=1, max_value=LONGEST, initial=window.days
            )
        if scheme.rates != Level.VILLAGE:
            del self.fields["meeting_minutes_required"]
        people = reviewers_of(scheme)
        self.names = {person.pk: person.name or person.username for person in people}
        self.places = dict(townships_to_rate(scheme).values_list("code", "name"))
        self.fields["townships"].choices = list(self.places.items())
        self.fields["reviewers"].choices = [(str(pk), name) for pk, name in self.names.items()]
        seated = seated_before(self.before) & self.names.keys()
        self.fields["reviewers"].initial = sorted(map(str, seated)) if len(seated) >= FEWEST_REVIEWERS else []
        self.fields["facts_until"].initial = date(scheme.year, 12, 31).isoformat()

    @cached_property
    def of_step(self) -> dict[int, list[str]]:
        """The names of the fields that each step asks."""
        times = [f"{step}-{name}" for step in STEPS_OF[self.scheme.rates] for name in ("opens", "days")]
        minutes = [name for name in ("meeting_minutes_required",) if name in self.fields]
        return {
            SCHEME: [],
            RATED: ["who", "townships"],
            TIMES: ["facts_until", *times, *minutes],
            PANEL: ["reviewers"],
            CHECK: [],
        }

    def clean(self) -> dict[str, Any]:
        given = super().clean()
        if given.get("who") == NAMED and not given.get("townships") and "townships" not in self.errors:
            self.add_error("townships", _("Choose the townships, or the whole county."))
        if 0 < len(given.get("reviewers") or []) < FEWEST_REVIEWERS:
            self.add_error("reviewers", _("Choose at least two, or none for now."))
        return given

    def first_wrong(self, until: int = CHECK) -> int | None:
        """The first step up to ``until`` on which something is wrong."""
        return next((n for n in range(1, until + 1) if any(name in self.errors for name in self.of_step[n])), None)

    def hidden(self, shown: int) -> Iterable[forms.BoundField]:
        """The fields of the steps that are not shown."""
        return [self[name] for n, names in self.of_step.items() if n != shown for name in names]

    @property
    def townships_named(self) -> list[str]:
        return self.cleaned_data["townships"] if self.cleaned_data["who"] == NAMED else []

    @cached_property
    def working_windows(self) -> dict[str, WorkingWindow]:
        """The times by step, of those that are valid."""
        self.is_valid()  # whichever button led here: counting the days and going back look at what was typed, too
        given = self.cleaned_data if self.is_bound else {}
        return {
            step: WorkingWindow(given[f"{step}-opens"], given[f"{step}-days"])
            for step in STEPS_OF[self.scheme.rates]
            if given.get(f"{step}-opens") and given.get(f"{step}-days")
        }

    @cached_property
    def rows(self) -> list[dict[str, Any]]:
        """The times as the page shows them: the fields, last year's, and the last day that comes of what is typed."""
        typed = self.working_windows
        if not self.is_bound:
            typed = offered_windows(self.scheme, self.before)
        return [
            {
                "label": step.label,
                "opens": self[f"{step}-opens"],
                "days": self[f"{step}-days"],
                "before": self.last_year.get(step),
                "window": typed.get(step),
            }
            for step in STEPS_OF[self.scheme.rates]
        ]

    @property
    def uncertain(self) -> str:
        """What is not sure yet of the working days counted here; "" when all are."""
        windows = [row["window"] for row in self.rows if row["window"]]
        if not windows:
            return ""
        return uncertainty(min(window.opens for window in windows), max(window.last for window in windows))

    def take(self, incomplete: Incomplete) -> None:
        """Say what the workflow refused beside the field that it is about."""
        for name, message in incomplete.problems.items():
            field = f"{name}-days" if name in STEPS_OF[self.scheme.rates] else name
            self.add_error(field if field in self.fields else None, message)
