"""``{% url %}`` that works each address out once a process: a list of fifty rows reverses as many, and the same again.

A built-in of the engine (``TEMPLATES`` in the settings), so that templates are written as always. An address depends
on the name and the arguments alone; a tag with keyword arguments, a variable or a namespace is Django's own.
"""

from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as do_url
from django.utils.html import escape

from records.addresses import address_in
from records.page_facts import address_table_of

register = Library()


class AddressNode(URLNode):
    """Remembers addresses whose arguments are texts or numbers."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if not all(isinstance(arg, str | int) for arg in args):
            return super().render(context)
        found = address_in(address_table_of(context), self.view_name.var, tuple(map(str, args)))
        return escape(found) if context.autoescape else found


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node = do_url(parser, token)
    name = node.view_name
    plain = not (node.kwargs or node.asvar or name.filters) and isinstance(name.var, str) and ":" not in name.var
    return AddressNode(name, node.args, node.kwargs, node.asvar) if plain else node
