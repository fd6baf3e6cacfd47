"""``{% load moments %}``: ends of windows and deadlines as people say them."""

from datetime import datetime

from django import template

from ratings.workflow.window import until

register = template.Library()


@register.filter(name="until")
def until_filter(at: datetime | None) -> str:
    """``{{ window.closes|until }}``: midnight is 24:00 of the day before."""
    return until(at) if at else ""
