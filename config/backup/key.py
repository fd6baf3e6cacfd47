"""The secret key beside a backup: in a file of its own, or in the environment; the backup holds only its
fingerprint."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from config.backup import BackupFailed


def path_beside(backup: Path) -> Path:
    return backup.with_name(f"{backup.name}.key")


def is_given() -> bool:
    """Whether the environment provides it: then it is not ours to copy."""
    return bool(os.environ.get("SECRET_KEY"))


def mark(key: str) -> str:
    """A fingerprint by which a backup recognises its key."""
    return salted_hmac("config.backup", "secret key", secret=key, algorithm="sha256").hexdigest()


def write(path: Path) -> None:
    """Write it readable by its owner only; never overwrite another file."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(settings.SECRET_KEY)
        file.flush()
        os.fsync(file.fileno())


def demand(path: Path, expected: str) -> str:
    """Return the key of a backup, from the environment or from ``path``. Raises ``BackupFailed``."""
    if is_given():
        key, where = settings.SECRET_KEY, "SECRET_KEY"
    else:
        try:
            key, where = path.read_text(encoding="utf-8").strip(), str(path)
        except (OSError, UnicodeDecodeError) as wrong:
            raise BackupFailed(f"its secret key is needed (--key FILE, or SECRET_KEY): {wrong}") from None
    if not constant_time_compare(mark(key), expected):
        raise BackupFailed(f"{where} is not the secret key of this backup: second factors could not be read with it")
    return key


@contextmanager
def replaced(key: str) -> Iterator[None]:
    """Make it the key of this ``DATA_DIR``; the one before is kept beside it, and comes back if the body fails."""
    path = settings.DATA_DIR / "secret_key"
    if is_given() or path.read_text(encoding="utf-8") == key:
        yield
        return
    draft = path.with_suffix(".restored")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    before = path.with_suffix(".before")
    os.replace(path, before)
    os.replace(draft, path)
    try:
        yield
    except BaseException:
        os.replace(before, path)
        raise
