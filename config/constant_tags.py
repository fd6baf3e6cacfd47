"""Tags of Django whose output depends on nothing but the language or the server: worked out once a process.

A list of fifty rows has two hundred ``{% translate "Star" %}``: looking up the same text again took longer than all
else in a row. The library replaces Django's ``i18n`` and ``static`` (``TEMPLATES`` in the settings), so that templates
are written as always; a tag with a variable, filter or context is Django's own. Of a text with values (``{%
blocktranslate %}``) what is the same each time is worked out once, the sentence of the language.
"""

from collections.abc import Callable

from django.template import Context, Library, Node
from django.template.base import FilterExpression, Parser, Token, render_value_in_context
from django.templatetags import i18n, static
from django.urls import get_script_prefix
from django.utils.translation import gettext

from records.page_facts import forget_language, language_of

register = Library()
register.tags = {**i18n.register.tags, **static.register.tags}
register.filters = i18n.register.filters


class OncePer(Node):
    """Renders ``node`` once for each answer of ``what``; ``name``: the variable that gets it, if not the page."""

    def __init__(self, node: Node, what: Callable[[Context], str | None], name: str | None = None) -> None:
        self.node, self.what, self.name = node, what, name
        self.rendered: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        key = self.what(context)
        if key not in self.rendered:
            written = self.node.render(context)
            self.rendered[key] = context[self.name] if self.name else written
        if not self.name:
            return self.rendered[key]
        context[self.name] = self.rendered[key]
        return ""


class FilledText(Node):
    """A text with values, but for those that depend on a count."""

    def __init__(self, node: i18n.BlockTranslateNode) -> None:
        self.node = node
        self.text, self.names = node.render_token_list(node.singular)
        self.sentences: dict[str | None, str] = {}

    def render(self, context: Context) -> str:
        language = language_of(context)
        if language not in self.sentences:
            self.sentences[language] = gettext(self.text)
        given = {name: value.resolve(context) for name, value in self.node.extra_context.items()}
        try:
            values = {name: given[name] if name in given else context[name] for name in self.names}
            return self.sentences[language] % {
                name: render_value_in_context(value, context) for name, value in values.items()
            }
        except (KeyError, ValueError):  # a value or a place for it is missing
            return str(self.node.render(context))


def _is_constant(expression: FilterExpression) -> bool:
    return not expression.filters and (isinstance(expression.var, str) or expression.var.lookups is None)


class InLanguage(i18n.LanguageNode):
    """A part of a page in another language."""

    def render(self, context: Context) -> str:
        forget_language(context)
        try:
            return str(super().render(context))
        finally:
            forget_language(context)


@register.tag
def language(parser: Parser, token: Token) -> Node:
    node = i18n.language(parser, token)
    return InLanguage(node.nodelist, node.language)


@register.tag
def translate(parser: Parser, token: Token) -> Node:
    node = i18n.do_translate(parser, token)
    plain = not (node.noop or node.message_context) and _is_constant(node.filter_expression)
    return OncePer(node, language_of, node.asvar) if plain else node


@register.tag
def blocktranslate(parser: Parser, token: Token) -> Node:
    node = i18n.do_block_translate(parser, token)
    plain = not (node.plural or node.asvar or node.message_context)
    return FilledText(node) if plain else node


def _script_prefix(_context: Context) -> str:
    return get_script_prefix()


@register.tag("static")
def static_tag(parser: Parser, token: Token) -> Node:
    node = static.do_static(parser, token)
    return OncePer(node, _script_prefix) if node.varname is None and _is_constant(node.path) else node
