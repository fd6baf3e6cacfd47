"""What reminders register: help, menu, the words of notices and of the trail, openness of the trail."""

from django.utils.translation import pgettext_lazy

from accounts import audit_trail, audit_words, deputies, menu, page_help, saved_filters
from accounts.authority import held_anywhere
from notifications import kinds
from records import openable
from reminders import help_topics, menu_entries
from reminders.models import Reminder, ReminderRule
from reminders.notices import KINDS
from reminders.workflow.by_hand import SEND

TRAIL = {
    "remind_daily": pgettext_lazy("step", "remind those whose turn it is, by the clock"),
    "send_reminder": pgettext_lazy("step", "remind those whose turn it is"),
    "set_reminder_rules": pgettext_lazy("step", "set when those concerned are reminded"),
}
RIGHTS = {
    "send_reminder": [SEND],
    **dict.fromkeys(("set_reminder_rules", "set_time_limits"), [ReminderRule.SET]),
}
"""Which rights the steps need (``accounts.deputies``)."""


def register() -> None:
    openable.register(due=held_anywhere("reminders.view_due"))
    page_help.register(*help_topics.TOPICS)
    saved_filters.register(due=("unit", "only"), due_people=("unit",))
    menu.register(*menu_entries.MENU)
    kinds.register(**KINDS)
    deputies.register(RIGHTS)
    audit_words.register(TRAIL)
    audit_trail.show_openly("who was reminded says nothing of a result", Reminder, ReminderRule)
