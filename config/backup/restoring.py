"""Restoring a backup into an empty installation. Everything that could prevent it is checked before anything
changes."""

import shutil
from pathlib import Path

from django.conf import settings

from config.backup import BackupFailed, archive, database, key
from config.backup.archive import Manifest
from config.startup_checks import incompatibility


def restore(path: Path, key_file: Path | None = None) -> Manifest:
    """Restore the backup to ``DATA_DIR`` and ``DATABASE_URL``. Raises ``BackupFailed``, with nothing left behind."""
    manifest = archive.read(path)
    _refuse_other_versions(manifest)
    _refuse_demonstration(manifest)
    secret = key.demand(key_file or key.path_beside(path), manifest.key)
    database.demand_program("pg_restore")
    _refuse_what_is_not_empty()
    unpacked = settings.MEDIA_ROOT.with_name(f"{settings.MEDIA_ROOT.name}.restoring")
    shutil.rmtree(unpacked, ignore_errors=True)
    try:
        _put(path, unpacked, secret)
    except OSError as refused:
        raise BackupFailed(f"{refused.filename or path}: {refused.strerror or refused}") from None
    finally:
        shutil.rmtree(unpacked, ignore_errors=True)
    return manifest


def _put(path: Path, unpacked: Path, secret: str) -> None:
    """The database comes last: it is restored whole or not at all, so whatever is started after an interruption has
    either all of the backup and its key, or an empty database."""
    unpacked.mkdir(mode=0o700, parents=True)
    (unpacked / "files").mkdir(mode=0o700)
    archive.extract(path, database=unpacked / archive.DATABASE, files=unpacked / "files")
    if settings.MEDIA_ROOT.exists():
        settings.MEDIA_ROOT.rmdir()  # it is empty
    (unpacked / "files").rename(settings.MEDIA_ROOT)
    try:
        with key.replaced(secret):
            database.restore(unpacked / archive.DATABASE)
    except BaseException:
        shutil.rmtree(settings.MEDIA_ROOT, ignore_errors=True)
        raise


def _refuse_other_versions(manifest: Manifest) -> None:
    ran = [(app, name) for app, _dot, name in (one.partition(".") for one in manifest.migrations)]
    if said := incompatibility(ran):
        raise BackupFailed(f"the backup {said}")
    if (there := database.server()) < manifest.server:
        raise BackupFailed(f"the backup is of PostgreSQL {manifest.server}, this server is the older {there}")


def _refuse_demonstration(manifest: Manifest) -> None:
    if manifest.demo and not settings.DEMO:
        raise BackupFailed("the backup holds the demonstration (invented results, a known password), but DEMO is off")


def _refuse_what_is_not_empty() -> None:
    if not database.is_empty():
        raise BackupFailed("the database is not empty: choose another DATA_DIR, or an empty database in DATABASE_URL")
    if settings.MEDIA_ROOT.exists() and any(settings.MEDIA_ROOT.iterdir()):
        raise BackupFailed(f"{settings.MEDIA_ROOT} is not empty: choose another DATA_DIR")
