"""Forms of the offices: what to return and why, and the windows of a cycle."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.fields import DayField, MomentInput
from ratings.forms.working_days import CountedDeadline, CountingForm, WorkingDaysField, first_more
from ratings.models import Cycle
from ratings.models.cycle import CycleStep
from ratings.scheme.spec import Criterion
from ratings.workflow.cycle import STEPS_OF
from ratings.workflow.window import in_force
from records.deadlines import end_of
from records.refusals import Incomplete
from villages.models import Level, Unit

PHRASES = [
    _("The photo is not clear. Please take it again."),
    _("The document has no stamp or signature. Please add it."),
    _("The figure and the evidence do not agree. Please check both."),
    _("The evidence is not of this year. Please send this year's."),
]
"""What is written most often; chosen, it stands before what is typed."""


class ReturnForm(forms.Form):
    """A checkbox and a reason per criterion (``pick-CODE``, ``reason-CODE``), and the last day for the answer."""

    due = DayField(label=_("Last day for the answer"))

    def __init__(self, *args: Any, criteria: Iterable[Criterion], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.criteria = list(criteria)
        for criterion in self.criteria:
            code = criterion.code
            self.fields[f"pick-{code}"] = forms.BooleanField(label=f"{code} {criterion.name}", required=False)
            self.fields[f"reason-{code}"] = forms.CharField(
                label=_("What is wrong, and what to do"), required=False, widget=forms.Textarea(attrs={"rows": 2})
            )
            self.fields[f"phrase-{code}"] = forms.ChoiceField(
                label=_("Ready phrase"),
                required=False,
                choices=[("", "—"), *((str(n), phrase) for n, phrase in enumerate(PHRASES))],
            )

    @property
    def reasons(self) -> dict[str, str]:
        """Reason by criterion, of those that are ticked or have a reason."""
        given = {c.code: self._reason(c.code) for c in self.criteria}
        return {code: reason for code, reason in given.items() if reason or self.cleaned_data[f"pick-{code}"]}

    def _reason(self, code: str) -> str:
        chosen = self.cleaned_data.get(f"phrase-{code}")
        return " ".join(
            filter(None, [str(PHRASES[int(chosen)]) if chosen else "", self.cleaned_data[f"reason-{code}"]])
        )

    @property
    def rows(self) -> list[dict[str, Any]]:
        """For the template: the fields of each criterion."""
        return [{name: self[f"{name}-{one.code}"] for name in ("pick", "phrase", "reason")} for one in self.criteria]

    def take(self, incomplete: Incomplete) -> None:
        """Show the workflow's errors beside the fields."""
        for at, message in incomplete.problems.items():
            name = at if at in self.fields else f"reason-{at}"
            self.add_error(name if name in self.fields else None, message)


class ReopenForm(CountingForm):
    """Until when one unit may still apply, and why. ``first``: the first day that the extension adds."""

    days = WorkingDaysField()
    closes = DayField(label=_("Last day for applying"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, first: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.first = first

    def counting(self) -> Iterator[CountedDeadline]:
        yield CountedDeadline("days", "closes", self.first)

    def take(self, incomplete: Incomplete) -> None:
        for name, message in incomplete.problems.items():
            self.add_error(name, message)


class ExtendForm(CountingForm):
    """The extension of a review, for the whole county or one unit of it, and why."""

    step = forms.ChoiceField(label=pgettext_lazy("of a rating", "Step"))
    unit = forms.CharField(
        label=_("Only this unit"),
        help_text=_("Its name or code; left empty, the whole county has more time."),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    days = WorkingDaysField()
    closes = DayField(label=_("Last day"))
    reason = forms.CharField(label=_("Reason"), widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, cycle: Cycle, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.cycle, self.rated = cycle, cycle.rated_units()
        reviews = [step for step in STEPS_OF[cycle.scheme.rates] if step != CycleStep.APPLY]
        self.fields["step"].choices = [(step.value, step.label) for step in reviews]

    def counting(self) -> Iterator[CountedDeadline]:
        """From the deadline of the chosen step on, or that of the unit in it."""
        given = self.cleaned_data
        if "step" in given and "unit" in given:
            code = given["unit"].code if given["unit"] else self.cycle.unit_id
            standing = in_force(self.cycle, given["step"], [code])[code]
            yield CountedDeadline("days", "closes", first_more(standing))

    def clean_unit(self) -> Unit | None:
        """The selected rated unit; None for all."""
        typed = self.cleaned_data["unit"].strip()
        if not typed:
            return None
        units = list(self.rated.filter(Q(code=typed) | Q(name=typed))[:2])
        if not units:
            raise forms.ValidationError(_("This unit is not rated in this cycle."))
        if len(units) > 1:
            raise forms.ValidationError(_("Several have this name; please give the code."))
        return units[0]

    def take(self, incomplete: Incomplete) -> None:
        for name, message in incomplete.problems.items():
            self.add_error(name, message)


class ClosingForm(forms.Form):
    """The number of the document that closes a cycle, and why it is closed while some may still apply."""

    document = forms.CharField(
        label=_("Document number"), max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    reason = forms.CharField(
        label=_("Why close while applying is open?"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, applying: datetime | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.applying = applying
        if applying is None:
            del self.fields["reason"]

    def take(self, incomplete: Incomplete) -> None:
        for name, message in incomplete.problems.items():
            self.add_error(name if name in self.fields else None, message)


class ReversalForm(forms.Form):
    """The reason for reversing a closing."""

    reason = forms.CharField(label=_("Reason"), max_length=2000, widget=forms.Textarea(attrs={"rows": 2}))

    def take(self, incomplete: Incomplete) -> None:
        for name, message in incomplete.problems.items():
            self.add_error(name if name in self.fields else None, message)


class WindowsForm(CountingForm):
    """When each step of a cycle opens and closes, in China Standard Time, and which documents villages attach.

    ``rates``: the level that the cycle rates, from which its steps follow.
    """

    meeting_minutes_required = forms.BooleanField(
        label=_("Villages attach the minutes of their villagers' representatives"),
        help_text=_("Without the minutes an application cannot be sent."),
        required=False,
    )

    def __init__(self, *args: Any, rates: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.steps = STEPS_OF[rates]
        if rates != Level.VILLAGE:
            del self.fields["meeting_minutes_required"]
        for step in self.steps:
            self.fields[f"{step}-opens"] = forms.DateTimeField(label=_("Opens"), widget=MomentInput())
            self.fields[f"{step}-days"] = WorkingDaysField()
            self.fields[f"{step}-closes"] = forms.DateTimeField(label=_("Closes"), widget=MomentInput())

    def counting(self) -> Iterator[CountedDeadline]:
        for step in self.steps:
            if opens := self.cleaned_data.get(f"{step}-opens"):
                yield CountedDeadline(f"{step}-days", f"{step}-closes", timezone.localdate(opens))

    def as_deadline(self, day: date) -> datetime:
        return timezone.localtime(end_of(day))

    @property
    def rows(self) -> list[dict[str, Any]]:
        names = ("opens", "days", "closes")
        return [{"label": step.label, **{name: self[f"{step}-{name}"] for name in names}} for step in self.steps]

    @property
    def windows(self) -> dict[str, tuple[datetime, datetime]]:
        return {s: (self.cleaned_data[f"{s}-opens"], self.cleaned_data[f"{s}-closes"]) for s in self.steps}

    def take(self, incomplete: Incomplete) -> None:
        for step, message in incomplete.problems.items():
            self.add_error(f"{step}-closes", message)


def initial_windows(windows: Iterable[Any]) -> dict[str, datetime]:
    """The current windows, as the form shows them."""
    return {
        f"{w.step}-{name}": timezone.localtime(moment)
        for w in windows
        for name, moment in (("opens", w.opens), ("closes", w.closes))
    }
