"""Sending reminders: by the clock, once a day to a person."""

from reminders.workflow.daily import send_daily

__all__ = ["send_daily"]
