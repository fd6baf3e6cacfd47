"""Taking a backup while people work: one snapshot of the database, then the files that its rows name.

Files are written once, before their row, and never removed, so every file that the snapshot names exists.
"""

import tomllib
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from config.backup import BackupFailed, database, key
from config.backup.archive import DATABASE, FILES, Manifest, Writer, writing
from records.file_faults import place
from records.models import StoredFile
from reports.demonstration import guard

LAST = "last_backup"


def take(path: Path) -> Manifest:
    """Write the backup to ``path`` and the key beside it. Raises ``BackupFailed``, with neither left behind."""
    beside = key.path_beside(path)
    for one in (path, beside):
        if one.exists():
            raise BackupFailed(f"{one} exists: a backup is never written over another file")
    database.demand_program("pg_dump")
    dumped = path.with_name(f"{path.name}.database")
    try:
        if not key.is_given():
            key.write(beside)
        with database.snapshot() as snapshot, writing(path, _described()) as writer:
            database.dump(snapshot, dumped)
            writer.add(DATABASE, dumped)
            _add_files(writer)
    except OSError as refused:
        beside.unlink(missing_ok=True)
        raise BackupFailed(f"{path}: {refused.strerror or refused}") from None
    except BaseException:
        beside.unlink(missing_ok=True)
        raise
    finally:
        dumped.unlink(missing_ok=True)
    (settings.DATA_DIR / LAST).write_text(writer.manifest.taken_at)
    return writer.manifest


def last_taken() -> datetime | None:
    """When the last backup taken on this machine began."""
    try:
        return datetime.fromisoformat((settings.DATA_DIR / LAST).read_text())
    except (OSError, ValueError):
        return None


def program_version() -> str:
    return tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]


def _described() -> Manifest:
    """Runs inside the snapshot."""
    return Manifest(
        program=program_version(),
        taken_at=timezone.localtime().isoformat(timespec="seconds"),
        server=database.server(),
        demo=guard.loaded(),
        key=key.mark(settings.SECRET_KEY),
        migrations=sorted(".".join(one) for one in MigrationRecorder(connection).applied_migrations()),
    )


def _add_files(writer: Writer) -> None:
    """Add each stored file once; one that is missing or does not match its row is listed, and does not stop the
    backup."""
    for sha256 in StoredFile.objects.order_by("sha256").values_list("sha256", flat=True).distinct():
        try:
            whole = writer.add(FILES + place(sha256), Path(default_storage.path(place(sha256)))) == sha256
        except FileNotFoundError:
            whole = False
        if not whole:
            writer.manifest.damaged.append(sha256)
