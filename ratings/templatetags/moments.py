"""``{% load moments %}``: ends of windows and deadlines in words (``records.deadlines``)."""

from datetime import date, datetime

from django import template

from records.deadlines import deadline, deadline_left, is_over

register = template.Library()


@register.filter(name="until")
def until_filter(due: datetime | date | None) -> str:
    """``{{ window.closes|until }}``: midnight is 24:00 of the day before."""
    return deadline(due) if due else ""


@register.filter
def until_left(due: datetime | date | None) -> str:
    """``{{ window.closes|until_left }}``: the deadline, and the time left."""
    return deadline_left(due) if due else ""


@register.filter
def over(due: datetime | date | None) -> bool:
    return bool(due) and is_over(due)
