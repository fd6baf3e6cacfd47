"""What reminders register: the words of notices and of the trail, openness of the trail."""

from django.utils.translation import pgettext_lazy

from accounts import audit_trail, audit_words
from notifications import kinds
from reminders.models import Reminder, ReminderRule
from reminders.notices import KINDS

TRAIL = {
    "remind_daily": pgettext_lazy("step", "remind those whose turn it is, by the clock"),
}


def register() -> None:
    kinds.register(**KINDS)
    audit_words.register(TRAIL)
    audit_trail.show_openly("who was reminded says nothing of a result", Reminder, ReminderRule)
