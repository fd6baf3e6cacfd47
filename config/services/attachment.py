"""One process's attachment to one server: the lock that keeps it running, and the start of its keeper if there
is none."""

import fcntl
import os
import subprocess
import sys
import time
from pathlib import Path

from config.services.restarts import Restarts
from config.services.servers import Server

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class ServiceFailed(Exception):
    """A service that this process needs does not run; the message says why."""


class Attachment:
    """Three locks with one meaning each, all released by the kernel when a process ends, however it ends:

    ``NAME.users``: shared by every user, taken exclusively by a keeper before it stops; ``NAME.start``: one start at a
    time, held until the keeper is ready even if the starter is killed; ``NAME.keeper``: held by the keeper for as long
    as it lives.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.process_id = os.getpid()
        self.keeper: subprocess.Popen | None = None
        self.restarts = Restarts()

    @property
    def is_mine(self) -> bool:
        """False in a forked child: it shares its parent's lock and must not release it."""
        return self.process_id == os.getpid()

    def begin(self) -> None:
        """Take the lock, and start a keeper if there is none."""
        try:
            self.server.place.prepare()
            self.users = lock_file(self.server, "users")
            self.starting = lock_file(self.server, "start")
        except OSError as refused:  # another user's, most likely
            raise ServiceFailed(f"DATA_DIR cannot be used: {refused}") from refused
        fcntl.flock(self.users, fcntl.LOCK_SH)  # waits while a keeper that found no users is stopping
        fcntl.flock(self.starting, fcntl.LOCK_EX)
        if not has_keeper(self.server):
            self._start_keeper(self.starting)
        self.restarts.started()

    def wait_until_ready(self) -> None:
        """Return when the server answers, or raise ``ServiceFailed`` with its message."""
        if self.keeper:
            said = self.keeper.stdout.readline().strip()
            if said != "ready":
                raise ServiceFailed(said or f"the keeper of {self.server.name} ended without a word")
        os.close(self.starting)

    def renew(self) -> str | None:
        """Start a new keeper where the last one is gone (most likely killed), without waiting for it; return a message
        about that."""
        if has_keeper(self.server):
            if self.restarts.is_noted:  # another user was quicker
                self.restarts.started()
            return None
        starting = lock_file(self.server, "start")
        try:
            fcntl.flock(starting, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # one is being started
            return None
        else:
            return None if has_keeper(self.server) else self._replace_keeper(starting)
        finally:
            os.close(starting)

    def _replace_keeper(self, starting: int) -> str | None:
        if not self.restarts.is_noted:
            pause = self.restarts.ended()
            return f"the keeper of {self.server.name} is gone{self._why()}, started again" + f" in {pause} s" * bool(
                pause
            )
        if self.restarts.is_due:
            self.restarts.started()
            self._start_keeper(starting)
        return None

    def _why(self) -> str:
        """How the keeper that this process had started ended, if it did."""
        if self.keeper is None or self.keeper.poll() is None:
            return ""
        said = self.keeper.stdout.read().removeprefix("ready").strip()
        return f" ({said or self.keeper.returncode})"

    def end(self, given_up: float) -> None:
        """Release the lock; return when the keeper has stopped, unless somebody else still uses it at ``given_up``
        (``time.monotonic``)."""
        if not self.is_mine:
            return
        fcntl.flock(self.users, fcntl.LOCK_UN)  # whether the server stops now is for its keeper to decide
        while has_keeper(self.server) and not (self._others_use_it() and time.monotonic() >= given_up):
            time.sleep(0.02)
        os.close(self.users)
        if self.keeper:
            self.keeper.poll()

    def _others_use_it(self) -> bool:
        """Whether others share the lock: it is neither free nor held exclusively by a keeper that is stopping."""
        for kind, others in ((fcntl.LOCK_EX, False), (fcntl.LOCK_SH, True)):
            try:
                fcntl.flock(self.users, kind | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            fcntl.flock(self.users, fcntl.LOCK_UN)
            return others
        return False

    def _start_keeper(self, starting: int) -> None:
        command = [
            sys.executable,
            "-m",
            "config.services.keeper",
            self.server.name,
            str(self.server.place.data_dir),
            str(starting),
        ]
        with keeper_log(self.server).open("ab") as log:
            self.keeper = subprocess.Popen(  # noqa: S603
                command,
                cwd=BASE_DIR,
                pass_fds=[starting],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for its users; it follows when they are gone
            )


def lock_file(server: Server, kind: str) -> int:
    """A descriptor, not a file object: what it locks stays locked until it is closed or the process is gone."""
    return os.open(server.place.data_dir / f"{server.name}.{kind}", os.O_RDWR | os.O_CREAT, 0o600)


def keeper_log(server: Server) -> Path:
    return server.place.log_dir / f"{server.name}.keeper.log"


def has_keeper(server: Server) -> bool:
    """Whether a keeper runs ``server``. The check takes a shared lock, so that concurrent checks are not
    mistaken for a keeper."""
    keeper = lock_file(server, "keeper")
    try:
        fcntl.flock(keeper, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        return False
    finally:
        os.close(keeper)
