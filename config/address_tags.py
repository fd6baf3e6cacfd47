"""``{% url %}`` that works each address out once a process: a list of fifty rows reverses as many, and the same again.

A built-in of the engine (``TEMPLATES`` in the settings), so that templates are written as always. An address depends
on the name and the arguments alone; a tag with keyword arguments, a variable or a namespace is Django's own.
"""

from functools import lru_cache

from django.conf import settings
from django.template import Context, Library, Node
from django.template.base import Parser, Token
from django.template.defaulttags import URLNode
from django.template.defaulttags import url as do_url
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils.html import escape

register = Library()


@lru_cache(maxsize=8192)
def _address(_prefix: str, urlconf: str, name: str, args: tuple[str, ...], escaped: bool) -> str:
    address = reverse(name, urlconf, args=args)
    return escape(address) if escaped else address


class AddressNode(URLNode):
    """Remembers addresses whose arguments are texts or numbers."""

    def render(self, context: Context) -> str:
        args = [arg.resolve(context) for arg in self.args]
        if not all(isinstance(arg, str | int) for arg in args):
            return super().render(context)
        urlconf = get_urlconf() or settings.ROOT_URLCONF
        return _address(get_script_prefix(), urlconf, self.view_name.var, tuple(map(str, args)), context.autoescape)


@register.tag
def url(parser: Parser, token: Token) -> Node:
    node = do_url(parser, token)
    name = node.view_name
    plain = not (node.kwargs or node.asvar or name.filters) and isinstance(name.var, str) and ":" not in name.var
    return AddressNode(name, node.args, node.kwargs, node.asvar) if plain else node
