"""``{% load figures %}``: what the pictures of a dashboard have many of. ``links``: where the lists behind them are."""

from collections.abc import Iterable
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString, mark_safe

from reports.charts import Bar
from reports.drawn import ListLinks

register = template.Library()


@register.filter
def listed(query: str, links: ListLinks) -> SafeString:
    """``href="{{ area.query|listed:links }}"``: the list that it chooses."""
    return links.to(query)


@register.filter
def opens(figure: Any, links: ListLinks) -> SafeString:
    """``{{ bar|opens:links }}``: its name and count, which open the list."""
    link = f'<a href="{links.to(figure.query)}">{escape(figure.name)} <b>{figure.count}</b></a>'
    return mark_safe(link)  # noqa: S308 (escaped)


@register.filter
def strips(parts: Iterable[Bar]) -> SafeString:
    """``{{ line.parts|strips }}``: the parts of a horizontal bar."""
    drawn = (f'<rect class="p-{part.kind}" x="{part.start}" width="{part.width}" height="8"/>' for part in parts)
    return mark_safe("".join(drawn))  # noqa: S308 (numbers and codes)
