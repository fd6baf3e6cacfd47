"""The forms of events: recording one, and its papers. They validate the input; permissions are the workflow's."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from ratings.events.happening import Happening
from ratings.events.rectification import MOST_DAYS, RectificationOrder, accountable_for
from ratings.models import Event
from ratings.workflow.event import sure_words
from villages.models import Unit

RECTIFICATION = ("accountable", "rectify_within", "checker")


CHECKED = _("Checked: it is concluded and announced, and nothing in it is classified")

UNKEPT = forms.TextInput(attrs={"data-unkept": True})
"""Kept on no device, not even until the form is sent: whom a case concerns."""


class EventForm(forms.Form):
    """``kinds``: names by code of the events that may be recorded of ``unit``."""

    kind = forms.ChoiceField(label=_("Event"), widget=forms.RadioSelect)
    on = DayField(label=_("Day"), help_text=_("The day on which it happened, not one to come."))
    source = forms.CharField(
        label=_("Source"),
        max_length=100,
        required=False,
        help_text=_("Document or office. It distinguishes two events of one day."),
    )
    note = forms.CharField(label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 4}))
    closed = DayField(
        label=_("Closed as rectified on"),
        required=False,
        help_text=_("Only where it has been rectified already. Its effect ends on the day after."),
    )
    rectify_within = forms.IntegerField(
        label=_("Working days to rectify"),
        required=False,
        min_value=1,
        max_value=MOST_DAYS,
        help_text=_("Empty where there is nothing to rectify."),
    )
    accountable = forms.ChoiceField(label=_("Accountable unit"), required=False)
    checker = forms.ChoiceField(label=_("Who checks it"), choices=Event.Checker, required=False)
    person = forms.CharField(
        label=_("Person concerned"),
        max_length=50,
        required=False,
        widget=UNKEPT,
        help_text=_("Only where it has to be known. Those who record events alone see it."),
    )
    post = forms.CharField(label=_("Post"), max_length=100, required=False, widget=UNKEPT)
    held = forms.BooleanField(
        label=_("Hold it back for now"), required=False, help_text=_("It has no effect until it is released.")
    )
    sure = forms.BooleanField(label=CHECKED, required=False)

    def __init__(self, *args: Any, kinds: dict[str, str], unit: Unit, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.unit = unit
        self.fields["kind"].choices = list(kinds.items())
        self.units = Unit.objects.in_bulk(accountable_for(unit))
        self.fields["accountable"].choices = [
            (code, self.units[code].name) for code in accountable_for(unit) if code in self.units
        ]
        self.asked: list[str] = []

    def ask(self, words: list[str]) -> None:
        """Ask for the tick because of these words; without any there is none to ask for."""
        self.asked = words
        if words:
            self["sure"].help_text = sure_words(words)  # the field is bound already
        else:
            del self.fields["sure"]

    @property
    def happening(self) -> Happening:
        """What was typed."""
        typed = self.cleaned_data
        plain = {name: value for name, value in typed.items() if name not in (*RECTIFICATION, "sure")}
        order = _order(typed, self.units) if typed["rectify_within"] else None
        return Happening(self.unit, **plain, rectification=order)

    @property
    def plain(self) -> list[forms.BoundField]:
        """The fields without the tick, which stands beside the button."""
        return [field for field in self if field.name != "sure"]


def _order(typed: dict[str, Any], units: dict[str, Unit]) -> RectificationOrder:
    return RectificationOrder(
        units[typed["accountable"] or max(units, key=len)],
        typed["rectify_within"],
        typed["checker"] or Event.Checker.RECORDER,
    )


class SureForm(forms.Form):
    """The tick that ``words`` in the lines of a sheet ask for."""

    sure = forms.BooleanField(label=CHECKED)

    def __init__(self, *, words: list[str]) -> None:
        super().__init__()
        self.fields["sure"].help_text = sure_words(words)


class EventFileForm(forms.Form):
    """A paper of an event, and who may see it."""

    file = forms.FileField(label=_("Paper"))
    readers = forms.ChoiceField(
        label=_("Who may see it"),
        choices=[
            ("commission", _("The discipline commission alone")),
            ("all", _("Everybody who may see the event")),
        ],
        initial="commission",
        widget=forms.RadioSelect,
    )
