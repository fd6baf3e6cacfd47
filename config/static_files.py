"""Style sheets, scripts and pictures, collected under names with a content hash (so browsers may cache them)."""

import hashlib
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command

UNUSED = ["guardian", "redoc", "rest_framework"]
"""Of libraries whose pages we have not: collecting them takes as long as all others."""


def are_stale() -> bool:
    """Whether any source changed since the last ``collect``."""
    stamp = _stamp()
    return not stamp.exists() or stamp.read_text() != _state()


def collect() -> None:
    call_command("collectstatic", interactive=False, verbosity=0, clear=True, ignore_patterns=UNUSED)
    _stamp().write_text(_state())


def _stamp() -> Path:
    return settings.DATA_DIR / "static.stamp"


def _state() -> str:
    """A digest over every source file's path, size and time."""
    digest = hashlib.sha256()
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{storage.path(name)}:{found.st_size}:{found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
