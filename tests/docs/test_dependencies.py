"""``docs/dependencies.md`` lists exactly the libraries of ``pyproject.toml``, each with a licence and a reason."""

import re
import tomllib

from django.conf import settings

NAME = re.compile(r"[A-Za-z0-9._-]+")


def listed(text: str) -> list[list[str]]:
    """The rows of the tables: package, licence, why."""
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]
    return [row for row in rows if row[0] != "package" and not row[0].startswith("---")]


def test_the_table_lists_exactly_the_dependencies():
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text("utf-8"))
    needed = [*project["project"]["dependencies"], *project["dependency-groups"]["dev"]]
    rows = listed((settings.BASE_DIR / "docs/dependencies.md").read_text("utf-8"))
    assert sorted(row[0] for row in rows) == sorted(NAME.match(one)[0] for one in needed)
    assert [row for row in rows if len(row) != 3 or not all(row)] == []
