"""Advisory locks are named and taken in one place: two under one number would wait for each other."""

from django.conf import settings


def test_every_advisory_lock_is_taken_by_its_name():
    taking = {
        str(path.relative_to(settings.BASE_DIR))
        for app in settings.BASE_DIR.glob("*/apps.py")
        for path in app.parent.rglob("*.py")
        if "pg_advisory" in path.read_text() or "pg_try_advisory" in path.read_text()
        if "migrations" not in path.parts
    }
    assert taking == {"records/locks.py"}
