"""``docs/security.md`` says which test holds what: those tests exist."""

import re

from django.conf import settings


def test_every_test_that_it_names_exists():
    text = (settings.BASE_DIR / "docs/security.md").read_text("utf-8")
    named = set(re.findall(r"`(tests/[\w/]+\.py)`", text))
    assert sorted(name for name in named if not (settings.BASE_DIR / name).exists()) == []
    assert len(named) > 40
