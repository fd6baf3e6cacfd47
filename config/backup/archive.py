"""The file of a backup: a tar that ends with a manifest of its members and the manifest's own hash.

So a truncated file has no manifest, and a changed byte is detected, before anything is restored.
"""

import hashlib
import io
import json
import os
import re
import shutil
import tarfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import BinaryIO

from config.backup import BackupFailed

FORMAT = "pingxing-backup/1"
DATABASE = "database.dump"
MANIFEST = "manifest.json"
MANIFEST_HASH = "manifest.sha256"
FILES = "files/"
MEMBER = re.compile(r"database\.dump|files/[0-9a-f]{2}/[0-9a-f]{64}")
CHUNK = 1024 * 1024


@dataclass
class Manifest:
    """``migrations`` as ``app.name``; ``server`` the major version of PostgreSQL; ``key`` is a fingerprint of the
    secret key; ``members`` name → size and SHA-256; ``damaged`` files that were incomplete or changed when they were
    read."""

    program: str
    taken_at: str
    server: int
    demo: bool
    key: str
    migrations: list[str]
    format: str = FORMAT
    members: dict[str, dict] = field(default_factory=dict)
    damaged: list[str] = field(default_factory=list)

    @property
    def size(self) -> int:
        return sum(member["size"] for member in self.members.values())


class Writer:
    """Members are added one by one and hashed while they are written."""

    def __init__(self, tar: tarfile.TarFile, manifest: Manifest) -> None:
        self.tar = tar
        self.manifest = manifest

    def add(self, name: str, path: Path) -> str:
        """Return the SHA-256 of what was read."""
        with path.open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            reader = _HashingReader(file)
            self.tar.addfile(_member(name, size), reader)
        sha256 = reader.digest.hexdigest()
        self.manifest.members[name] = {"size": size, "sha256": sha256}
        return sha256

    def finish(self) -> None:
        text = json.dumps(asdict(self.manifest), ensure_ascii=False, indent=1, sort_keys=True).encode()
        self._add_text(MANIFEST, text)
        self._add_text(MANIFEST_HASH, hashlib.sha256(text).hexdigest().encode())

    def _add_text(self, name: str, text: bytes) -> None:
        self.tar.addfile(_member(name, len(text)), io.BytesIO(text))


@contextmanager
def writing(path: Path, manifest: Manifest) -> Iterator[Writer]:
    """Write a backup readable by its owner only; ``path`` appears atomically, complete and flushed to disk, or
    not at all."""
    draft = path.with_name(f"{path.name}.part")
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            with tarfile.open(fileobj=file, mode="w", format=tarfile.PAX_FORMAT) as tar:
                writer = Writer(tar, manifest)
                yield writer
                writer.finish()
            file.flush()
            os.fsync(file.fileno())
        os.link(draft, path)  # never overwrite another file
    finally:
        draft.unlink(missing_ok=True)


def read(path: Path) -> Manifest:
    """Read the whole file and compare every byte with its manifest. Raises ``BackupFailed``."""
    found: dict[str, dict] = {}
    texts: dict[str, bytes] = {}
    try:
        with tarfile.open(path, "r:") as tar:
            for member in tar:
                if member.name in found or member.name in texts or not member.isreg():
                    raise BackupFailed(f"{path}: damaged: {member.name[:80]} is there twice or is no file")
                content = tar.extractfile(member)
                if member.name in (MANIFEST, MANIFEST_HASH):
                    texts[member.name] = content.read()
                else:
                    found[member.name] = {"size": member.size, "sha256": _hash(content)}
    except (tarfile.TarError, EOFError, ValueError) as wrong:
        raise BackupFailed(f"{path}: damaged, cut short or no backup: {wrong}") from None
    except OSError as wrong:
        raise BackupFailed(f"{path}: {wrong.strerror or wrong}") from None
    manifest = _manifest(path, texts)
    for name in sorted({*found, *manifest.members}):
        if found.get(name) != manifest.members.get(name) or not MEMBER.fullmatch(name):
            raise BackupFailed(f"{path}: damaged: {name[:80]} is not what the manifest says")
    if DATABASE not in found:
        raise BackupFailed(f"{path}: damaged: it holds no database")
    return manifest


def extract(path: Path, *, database: Path, files: Path) -> None:
    """Extract what ``read`` verified to its destination, readable by its owner only."""
    with tarfile.open(path, "r:") as tar:
        for member in tar:
            if not MEMBER.fullmatch(member.name):
                continue
            to = database if member.name == DATABASE else files / member.name.removeprefix(FILES)
            to.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with os.fdopen(os.open(to, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                shutil.copyfileobj(tar.extractfile(member), file, CHUNK)
                file.flush()
                os.fsync(file.fileno())


def _manifest(path: Path, texts: dict[str, bytes]) -> Manifest:
    text = texts.get(MANIFEST, b"")
    if texts.get(MANIFEST_HASH) != hashlib.sha256(text).hexdigest().encode():
        raise BackupFailed(f"{path}: damaged, cut short or no backup: its manifest is missing or was changed")
    said = json.loads(text)
    if said.get("format") != FORMAT:
        raise BackupFailed(f"{path}: format {said.get('format')}, expected {FORMAT}: restore it with a newer version")
    return Manifest(**said)


class _HashingReader:
    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self.file.read(size)
        self.digest.update(chunk)
        return chunk


def _hash(content: BinaryIO) -> str:
    digest = hashlib.sha256()
    while chunk := content.read(CHUNK):
        digest.update(chunk)
    return digest.hexdigest()


def _member(name: str, size: int) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.size, member.mode, member.mtime = size, 0o600, int(time.time())
    return member
