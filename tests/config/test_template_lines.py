"""Templates are read and compared line by line: a line has at most 160 characters."""

from pathlib import Path

from django.conf import settings

LONGEST = 160


def test_template_lines_are_short() -> None:
    lines = [
        f"{path.relative_to(settings.BASE_DIR)}:{number}"
        for path in sorted(Path(settings.BASE_DIR / "templates").rglob("*.html"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if len(line) > LONGEST
    ]
    assert lines == []
