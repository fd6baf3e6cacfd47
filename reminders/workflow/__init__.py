"""Sending reminders: by the clock, once a day to a person, and by hand."""

from reminders.workflow.by_hand import Addressed, addressed, remind, standing_of
from reminders.workflow.daily import send_daily

__all__ = ["Addressed", "addressed", "remind", "send_daily", "standing_of"]
