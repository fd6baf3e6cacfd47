"""README and docs/pages.md name what exists: settings, commands, components."""

import re

from django.conf import settings
from django.core.management import get_commands

from config.urls import APPS

ROOT = settings.BASE_DIR
SETTING = re.compile(r"""\benv(?:\.\w+)?\(\s*["']([A-Z_]+)["']""")


def named(page: str) -> set[str]:
    """What is in backticks on ``page``, word by word."""
    text = (ROOT / page).read_text("utf-8")
    return {word for code in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"[\w/.]+", code)}


def test_readme_names_every_setting():
    found = set(SETTING.findall((ROOT / "config/settings.py").read_text("utf-8")))
    assert "SESSION_MINUTES" in found
    assert found - named("README.md") == set()


def test_readme_names_every_command():
    ours = {name for name, app in get_commands().items() if app in APPS}
    assert "rerate" in ours
    assert ours - named("README.md") == set()


def test_pages_names_every_component():
    components = [path.name for path in (ROOT / "templates/components").glob("*.html")]
    assert "todo.html" in components
    tags = {"banner", "card", "cards_table", "part", "points", "release", "section", "send_sheet", "stars"}
    text = (ROOT / "docs/pages.md").read_text("utf-8")
    assert [
        name for name in components if f"components/{name}" not in text and name.removesuffix(".html") not in tags
    ] == []
    assert [tag for tag in sorted(tags) if f"{{% {tag} " not in text] == []
