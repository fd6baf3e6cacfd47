"""Where the services keep their files and sockets, and under which account they run."""

import hashlib
import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path

LONGEST_SOCKET_PATH = 107
LONGEST_SOCKET_NAME = ".s.PGSQL.5432"


class ServiceDirectoryRefused(Exception):
    """A directory cannot be used safely; the message says which one, and why."""


@dataclass(frozen=True)
class Account:
    """The account that owns the servers' files and runs them: ``nobody`` when we are root, otherwise ourselves."""

    uid: int
    gid: int

    @classmethod
    def current(cls) -> "Account":
        if os.geteuid() != 0:
            return cls(os.geteuid(), os.getegid())
        nobody = pwd.getpwnam("nobody")
        return cls(nobody.pw_uid, nobody.pw_gid)

    @property
    def spawn_options(self) -> dict:
        """Arguments for ``subprocess`` that make a child run under this account."""
        if os.geteuid() != 0:
            return {}
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def reaches(self, path: Path) -> bool:
        """Whether this account may enter the directory ``path`` through all its parents."""
        if os.geteuid() != 0:
            return True
        return all(folder.stat().st_mode & stat.S_IXOTH for folder in [path, *path.parents] if folder.exists())


@dataclass(frozen=True)
class ServiceDirectory:
    """The layout of one ``DATA_DIR``; two processes with the same ``DATA_DIR`` use the same paths."""

    data_dir: Path

    @property
    def account(self) -> Account:
        return Account.current()

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "log"

    def socket_dir(self, directory: Path) -> Path:
        """``directory`` of a server, or a short path instead: its own may be too long, or closed to the
        server's account."""
        short_enough = len(os.fsencode(directory / LONGEST_SOCKET_NAME)) <= LONGEST_SOCKET_PATH
        if short_enough and self.account.reaches(self.data_dir.parent):
            return directory
        digest = hashlib.sha256(os.fsencode(directory)).hexdigest()[:12]
        return Path("/tmp") / f"pingxing-{os.geteuid()}-{digest}"  # noqa: S108 - owned() refuses another's directory

    def prepare(self) -> None:
        """Create ``DATA_DIR``, which the servers' account may traverse but not list."""
        self.data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
        mode = self.data_dir.stat().st_mode
        if os.geteuid() == 0 and not mode & stat.S_IXOTH:
            self.data_dir.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
        self.log_dir.mkdir(mode=0o700, exist_ok=True)

    def owned(self, directory: Path) -> Path:
        """``directory``, created if absent, owned by the servers' account and closed to everyone else."""
        if not directory.exists():
            directory.mkdir(mode=0o700)
            os.chown(directory, self.account.uid, self.account.gid)
        found = directory.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.account.uid:
            raise ServiceDirectoryRefused(
                f"{directory} belongs to user {found.st_uid}, expected {self.account.uid}: "
                "DATA_DIR must always be used by the same user"
            )
        return directory
