"""Files that a killed process left behind: drafts of files, and whole ones whose row was never kept."""

import time
from collections.abc import Iterator
from pathlib import Path

from django.core.files.storage import default_storage

from records.models import StoredFile
from records.storage import DRAFT

OLD = 24 * 60 * 60
"""Seconds after which no request or job that wrote a file can still be running."""


def sweep(now: float | None = None) -> int:
    """Delete what is older than a day and belongs to no row; how many files that were."""
    before = (now or time.time()) - OLD
    swept = 0
    for folder in _folders(Path(default_storage.location)):
        old = [path for path in folder.iterdir() if path.is_file() and path.stat().st_mtime < before]
        named = set(StoredFile.objects.filter(sha256__in=[path.name for path in old]).values_list("sha256", flat=True))
        for path in old:
            ours = path.name.startswith(DRAFT) or path.name.startswith(folder.name)
            if ours and path.name not in named and path.stat().st_mtime < before:  # sent again, it counts as new
                path.unlink(missing_ok=True)
                swept += 1
    return swept


def _folders(root: Path) -> Iterator[Path]:
    """The folders of the originals (``file_faults.place``), two letters of a hash each."""
    yield from (folder for folder in sorted(root.glob("[0-9a-f][0-9a-f]")) if folder.is_dir())
