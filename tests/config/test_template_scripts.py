"""A page loads the scripts that it needs, also for the parts that it includes, and hands them what their forms need."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR / "templates")


def text_of(name: str, seen: set[str]) -> str:
    """The template with everything that it includes."""
    seen.add(name)
    text = (TEMPLATES / name).read_text(encoding="utf-8") if (TEMPLATES / name).exists() else ""  # of a library
    parts = [part for part in re.findall(r'{% include "([^"]+)"', text) if part not in seen]
    return "".join([text, *(text_of(part, seen) for part in parts)])


def test_a_page_loads_what_its_parts_need():
    pages = {str(path.relative_to(TEMPLATES)): path for path in sorted(TEMPLATES.rglob("*.html"))}
    whole = {name: text_of(name, set()) for name, path in pages.items() if "{% extends" in path.read_text("utf-8")}
    needing = {name for name, text in whole.items() if re.search(r"data-fold|{% part ", text)}
    assert needing
    assert {name for name in needing if "js/folds.js" not in whole[name]} == set()


def test_what_is_included_with_a_form_gets_its_token():
    """``only`` takes the CSRF token away, too: nobody would accept the form."""
    pages = {str(path.relative_to(TEMPLATES)): path.read_text("utf-8") for path in sorted(TEMPLATES.rglob("*.html"))}
    with_forms = {name for name in pages if "{% csrf_token %}" in text_of(name, set())}
    included = re.compile(r'{% include "([^"]+)"([^%]*) only %}')
    found = [(page, *one) for page, text in pages.items() for one in included.findall(text)]
    assert [(page, name) for page, name, given in found if name in with_forms and "csrf_token=" not in given] == []
    assert found
