"""Deadlines counted in working days: the days fill in the last day, and the last day that is shown is what happens."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple

from django import forms
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.working_days import last_of, uncertainty
from records.deadlines import deadline, last_day

COUNT = "count"
"""The button that fills in the last days and does nothing else."""
LONGEST = 250
"""Working days of a step: about a year."""


class WorkingDaysField(forms.IntegerField):
    def __init__(self) -> None:
        super().__init__(label=gettext_lazy("Working days"), min_value=1, max_value=LONGEST, required=False)


class CountedDeadline(NamedTuple):
    """The field ``days`` counts from ``first`` on and fills in the field ``closes``."""

    days: str
    closes: str
    first: date


class CountingForm(forms.Form):
    """A form some of whose deadlines may be counted in working days."""

    def counting(self) -> Iterator[CountedDeadline]:
        """The deadlines whose first day is known from what was typed."""
        raise NotImplementedError

    def clean(self) -> dict[str, Any]:
        """Where working days stand beside a last day that they do not come to, nobody has seen what would happen."""
        given = super().clean() or self.cleaned_data
        for one in self.counting():
            days, closes = given.get(one.days), given.get(one.closes)
            if days and closes and last_day(closes) != (counted := last_of(one.first, days)):
                message = _("%(days)s working days end at %(day)s. Count again, or leave the working days empty.")
                self.add_error(one.closes, message % {"days": days, "day": deadline(counted)})
        return given

    def counted(self) -> dict[str, Any] | None:
        """What was typed, with the last days counted: the initial values of the form to show next. None, with errors
        in this one, where nothing can be counted."""
        self.full_clean()
        asked = [(one, self.cleaned_data[one.days]) for one in self.counting() if self.cleaned_data.get(one.days)]
        if not asked:
            self.add_error(None, _("Please give the working days to count."))
            return None
        last = {one.closes: self.as_deadline(last_of(one.first, days)) for one, days in asked}
        return {name: self[name].data for name in self.fields} | last

    def as_deadline(self, day: date) -> date | datetime:
        """The last day as the fields of this form hold it."""
        return day

    @property
    def uncertain(self) -> str:
        """What is not sure yet of the calendar up to the last days that are shown; "" when all is."""
        shown = [day for name in self.fields if name.endswith("closes") and (day := _day(self[name].value()))]
        return uncertainty(timezone.localdate(), max(shown)) if shown else ""


def first_more(standing: datetime | None) -> date:
    """The first day that an extension adds: after the deadline ``standing`` and after today, whichever is later."""
    today = timezone.localdate()
    return max(today, last_day(standing) if standing else today) + timedelta(days=1)


def _day(value: Any) -> date | None:
    """The last day of what a field shows; None for what was typed as text."""
    if isinstance(value, datetime):
        value = timezone.make_aware(value)
    return last_day(value) if isinstance(value, date) else None
