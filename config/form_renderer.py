"""Renders the fields of forms: the commonest widgets in Python.

Django renders a template for each option of a list, with another one for its attributes: the filter of a city's lists
has more than a hundred. What is written here is to the byte what Django's templates give.
"""

from collections.abc import Callable, Mapping
from html import escape
from typing import Any

from django.forms.renderers import TemplatesSetting
from django.http import HttpRequest
from django.utils.formats import localize
from django.utils.html import conditional_escape
from django.utils.safestring import SafeData, SafeString, mark_safe

Widget = Mapping[str, Any]
OPTION = "django/forms/widgets/select_option.html"


class FormRenderer(TemplatesSetting):
    def render(self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None) -> SafeString:
        write = WRITTEN.get(template_name)
        written = write(context) if write else None
        if written is None:
            return super().render(template_name, context, request)
        return mark_safe(written)  # noqa: S308 - every part of it is escaped where it is written


def _input(context: dict[str, Any]) -> str:
    widget = context["widget"]
    value = "" if widget["value"] is None else f' value="{_text(widget["value"])}"'
    return f'<input type="{_shown(widget["type"])}" name="{_shown(widget["name"])}"{value}{_attributes(widget)}>'


def _select(context: dict[str, Any]) -> str | None:
    """None where its options have a template of their own."""
    widget, parts = context["widget"], []
    for group, options, _index in widget["optgroups"]:
        if any(option["template_name"] != OPTION for option in options):
            return None
        lines = "".join(map(_option, options))
        parts.append(f'\n  <optgroup label="{_shown(group)}">{lines}\n  </optgroup>' if group else lines)
    return f'<select name="{_shown(widget["name"])}"{_attributes(widget)}>{"".join(parts)}\n</select>'


def _option(option: Widget) -> str:
    return f'\n  <option value="{_text(option["value"])}"{_attributes(option)}>{_shown(option["label"])}</option>\n'


def _errors(context: dict[str, Any]) -> str | None:
    """Nearly always there are none."""
    return None if context["errors"] else ""


def _attributes(widget: Widget) -> str:
    parts = []
    for name, value in widget["attrs"].items():
        if value is not False:
            parts.append(f" {_shown(name)}" if value is True else f' {_shown(name)}="{_text(value)}"')
    return "".join(parts)


def _text(value: Any) -> str:
    """As the filter ``stringformat:"s"`` gives it, which knows no local formats."""
    if type(value) is str:
        return escape(value)
    return str(value) if isinstance(value, SafeData) else conditional_escape(str(value))


def _shown(value: Any) -> str:
    if type(value) is str:  # nearly always, and three times quicker than by way of what may be lazy or safe
        return escape(value)
    return conditional_escape(value if isinstance(value, str) else localize(value))


INPUTS = ("text", "number", "hidden", "email", "url", "color", "search", "tel", "password", "date", "time", "checkbox")
WRITTEN: dict[str, Callable[[dict[str, Any]], str | None]] = {
    "django/forms/errors/list/default.html": _errors,
    "django/forms/widgets/select.html": _select,
    **{f"django/forms/widgets/{name}.html": _input for name in ("input", *INPUTS)},
}
