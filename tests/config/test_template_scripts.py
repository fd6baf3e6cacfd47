"""A page loads the scripts that it needs, also for the parts that it includes."""

import re
from pathlib import Path

from django.conf import settings

TEMPLATES = Path(settings.BASE_DIR / "templates")


def text_of(name: str, seen: set[str]) -> str:
    """The template with everything that it includes."""
    seen.add(name)
    text = (TEMPLATES / name).read_text(encoding="utf-8")
    parts = [part for part in re.findall(r'{% include "([^"]+)"', text) if part not in seen]
    return "".join([text, *(text_of(part, seen) for part in parts)])


def test_a_page_loads_what_its_parts_need():
    pages = {str(path.relative_to(TEMPLATES)): path for path in sorted(TEMPLATES.rglob("*.html"))}
    whole = {name: text_of(name, set()) for name, path in pages.items() if "{% extends" in path.read_text("utf-8")}
    needing = {name for name, text in whole.items() if re.search(r"data-fold|{% part ", text)}
    assert needing
    assert {name for name in needing if "js/folds.js" not in whole[name]} == set()
