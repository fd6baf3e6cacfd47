"""Tags of Django whose output depends on nothing but the language or the server: worked out once a process.

A list of fifty rows has two hundred ``{% translate "Star" %}``: looking the same text up anew took longer than all
else in a row. The library stands in for Django's ``i18n`` and ``static`` (``TEMPLATES`` in the settings), so that
templates are written as always; a tag with a variable, filter or context is Django's own.
"""

from collections.abc import Callable

from django.template import Context, Library, Node
from django.template.base import FilterExpression, Parser, Token
from django.templatetags import i18n, static
from django.urls import get_script_prefix
from django.utils.translation import get_language

register = Library()
register.tags = {**i18n.register.tags, **static.register.tags}
register.filters = i18n.register.filters


class OncePer(Node):
    """Renders ``node`` once for each answer of ``what``."""

    def __init__(self, node: Node, what: Callable[[], str | None]) -> None:
        self.node, self.what = node, what
        self.rendered: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        key = self.what()
        if key not in self.rendered:
            self.rendered[key] = self.node.render(context)
        return self.rendered[key]


def _is_constant(expression: FilterExpression) -> bool:
    return not expression.filters and (isinstance(expression.var, str) or expression.var.lookups is None)


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    node = i18n.do_translate(parser, token)
    plain = not (node.noop or node.asvar or node.message_context)
    return OncePer(node, get_language) if plain and _is_constant(node.filter_expression) else node


@register.tag("static")
def static_tag(parser: Parser, token: Token) -> Node:
    node = static.do_static(parser, token)
    return OncePer(node, get_script_prefix) if node.varname is None and _is_constant(node.path) else node
