"""The sentence that goes with a reminder; the days of the rules."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from followups.models.time_limit import LEAST, MOST
from followups.time_limits import LIMITS, name_of
from followups.workflow.limiting import FIELD
from reminders.models import DueStep
from reminders.stages import MOST_DAYS, Rule

LONGEST = 60


class RemindForm(forms.Form):
    sentence = forms.CharField(
        label=_("Your sentence"),
        required=False,
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("At most 60 characters; it may stay empty."),
    )


class RulesForm(forms.Form):
    """For each step its time limit in working days, and three numbers of them for its reminders; empty: what the level
    above says."""

    def __init__(
        self,
        *args: Any,
        own: Mapping[str, list[int]],
        above: Mapping[str, Rule],
        own_limits: Mapping[str, int],
        limits_above: Mapping[str, int],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        for step, given in limits_above.items():
            self.fields[FIELD + step] = forms.IntegerField(
                label=name_of(step),
                required=False,
                min_value=LEAST,
                max_value=MOST,
                initial=own_limits.get(step),
                help_text=(gettext("Offered by the form; empty: %s") if LIMITS[step].offered else gettext("Empty: %s"))
                % given,
            )
        labels = Rule.LABELS
        for step in DueStep:
            stands = above[step]
            values = (stands.before, stands.office, stands.above)
            for number, (name, label) in enumerate(labels.items()):
                self.fields[f"{step}_{name}"] = forms.IntegerField(
                    label=label,
                    required=False,
                    min_value=int(name != "before"),
                    max_value=MOST_DAYS,
                    initial=own[step][number] if step in own else None,
                    help_text=gettext("Empty: %s") % values[number],
                )

    @property
    def time_limits(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith(FIELD)]

    @property
    def limits(self) -> dict[str, int | None]:
        return {name.removeprefix(FIELD): self.cleaned_data[name] for name in self.fields if name.startswith(FIELD)}

    @property
    def steps(self) -> list[tuple[str, list[forms.BoundField]]]:
        """The fields by step, with its name."""
        return [(str(step.label), [self[f"{step}_{name}"] for name in Rule.LABELS]) for step in DueStep]

    def clean(self) -> dict[str, Any]:
        for step in DueStep:
            given = self._days(step)
            if any(day is None for day in given) and any(day is not None for day in given):
                empty = next(name for name, day in zip(Rule.LABELS, given, strict=True) if day is None)
                self.add_error(f"{step}_{empty}", gettext("Fill in all three, or leave all three empty."))
        return self.cleaned_data

    @property
    def rules(self) -> dict[str, Rule | None]:
        given = {step.value: self._days(step) for step in DueStep}
        return {step: None if None in days else Rule(*days) for step, days in given.items()}

    def _days(self, step: str) -> list[Any]:
        return [self.cleaned_data.get(f"{step}_{name}") for name in Rule.LABELS]
