"""``{% load places %}``: what distinguishes units of the same name in a list."""

from django import template

from villages.townships import Townships

register = template.Library()


@register.simple_tag(takes_context=True)
def township(context: template.Context, code: str) -> str:
    """``{% township row.unit_id %}``: the township's name, of a township the county's. Names are read once for all
    rows of a page."""
    request = getattr(context, "request", None)
    if request is None:
        return Townships().above(code)
    if not hasattr(request, "townships"):
        request.townships = Townships()
    return request.townships.above(code)
