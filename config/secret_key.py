"""The key that signs sessions and links: configured, or generated once and kept in ``DATA_DIR``."""

import contextlib
import os
import secrets
from pathlib import Path


def kept_secret(path: Path) -> str:
    """The secret in ``path``, generated on first use; of two processes that come first together, one wins."""
    if not path.exists():
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        draft = path.with_suffix(f".{os.getpid()}")
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())  # after a power cut it is complete or absent
        with contextlib.suppress(FileExistsError):  # a link replaces nothing: nobody reads a key that then changes
            os.link(draft, path)
        draft.unlink()
    return path.read_text()
