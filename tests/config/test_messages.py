"""The Chinese catalogue is complete: no text without its translation, no placeholder lost."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from babel.messages.pofile import read_po
from django.apps import apps
from django.conf import settings


def test_every_text_has_its_chinese():
    with (settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        catalogue = read_po(file, locale="zh_Hans")
    assert len(catalogue) > 1000
    lacking = [
        m.id for m in catalogue if m.id and (m.fuzzy or not all([m.string] if isinstance(m.string, str) else m.string))
    ]
    assert lacking == [], "write their Chinese, and remove “fuzzy”"
    assert [(m.id, str(error)) for m, errors in catalogue.check() for error in errors] == []


MARKS = {"_", "_now", "_lazy", "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy"}
CALLS_A_MARK = re.compile(rf"\b(?:{'|'.join(MARKS)})\s*\(")


def marked(path: Path) -> Iterator[str]:
    """The texts that the code of a file asks to be translated, those with a context aside."""
    text = path.read_text(encoding="utf-8")
    for node in ast.walk(ast.parse(text)) if CALLS_A_MARK.search(text) else ():
        if isinstance(node, ast.Call) and getattr(node.func, "id", getattr(node.func, "attr", "")) in MARKS:
            yield from (arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str))


def test_every_text_of_the_code_is_in_the_catalogue():
    """Tools that gather texts do not see those in f-strings or under a mark of our own."""
    with (settings.BASE_DIR / "locale/zh_Hans/LC_MESSAGES/django.po").open("rb") as file:
        known = {text for m in read_po(file) for text in (m.id if isinstance(m.id, tuple) else [m.id])}
    folders = [Path(apps.get_app_config(app.label).path) for app in apps.get_app_configs()]
    ours = [folder for folder in folders if folder.parent == settings.BASE_DIR]
    files = [path for folder in ours for path in folder.rglob("*.py") if "migrations" not in path.parts]
    assert len(files) > 300
    foreign = {"min_length", "max", "count"}  # the names under which numbers are handed to lazy plurals
    assert {text for path in files for text in marked(path)} - known - foreign == set(), "run: make messages"
