"""Forms of programmes. They validate the input; permissions are checked by the workflow."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from programmes.facts import FactAsked
from programmes.presenters import question_words
from programmes.workflow.answers import TypedEntry
from ratings.scheme.wording import bounds_words
from records.deadlines import end_of
from records.refusals import Incomplete

VALUE, REASON = "v.", "r."
"""What the names of fields begin with, before the item."""


class UntilForm(forms.Form):
    """Until when answers are taken."""

    answers_until = DayField(label=_("Answers until"), help_text=_("Until 24:00 of this day."))

    def clean_answers_until(self) -> Any:
        return end_of(self.cleaned_data["answers_until"])


class AnswersForm(forms.Form):
    """A field for each question that only the programme asks, named by its item, and one for the reason of points.

    What is sent for another item, or on a page where another version of the scheme asked, has a field too, in
    ``left_over``: it is refused by the workflow, and kept for the person who typed it.
    """

    def __init__(self, facts: list[FactAsked], data: Any = None, **kwargs: Any) -> None:
        super().__init__(data, **kwargs)
        for fact in facts:
            self.fields[f"{VALUE}{fact.item}"] = _field(fact)
            if fact.question.kind == "points":
                self.fields[f"{REASON}{fact.item}"] = _reason_field(fact)
        self.left_over = [name for name in self.data if name.startswith((VALUE, REASON)) and name not in self.fields]
        for name in self.left_over:
            self.fields[name] = forms.CharField(label=name.partition(".")[2], required=False)

    @property
    def typed(self) -> dict[str, TypedEntry]:
        given: Mapping[str, str] = self.cleaned_data
        items = dict.fromkeys(name.partition(".")[2] for name in self.fields)
        return {item: TypedEntry(given.get(f"{VALUE}{item}", ""), given.get(f"{REASON}{item}", "")) for item in items}

    def take(self, refused: Incomplete) -> None:
        """Show each problem beside its question."""
        if not refused.problems:
            self.add_error(None, str(refused))
        for item, problem in refused.problems.items():
            self.add_error(f"{VALUE}{item}", problem)


def _reason_field(fact: FactAsked) -> forms.Field:
    return forms.CharField(
        label=_("Reason for the points"),
        required=False,
        max_length=1000,
        initial=fact.answer.reason if fact.answer else "",
        widget=forms.Textarea(attrs={"rows": 2}),
    )


def _field(fact: FactAsked) -> forms.Field:
    question, typed = fact.question, fact.answer.typed if fact.answer else ""
    hint = (
        _("The review of the application finds it: give it here only if there is none.") if fact.awaits_review else ""
    )
    options: dict[str, Any] = {
        "label": question_words(fact.criterion, question.name),
        "required": False,
        "initial": typed,
        "help_text": hint or bounds_words(question),
    }
    if question.kind == "tick":
        choices = [("1", _("Yes")), ("0", _("No"))]
        return forms.ChoiceField(choices=choices, widget=forms.RadioSelect, **options)
    return forms.CharField(max_length=40, widget=forms.TextInput(attrs={"inputmode": "decimal"}), **options)
