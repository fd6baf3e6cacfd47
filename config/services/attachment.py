"""One process's hold on one server: the lock that keeps it running, and the start of its keeper when there is none."""

import fcntl
import os
import signal
import subprocess
import sys
from pathlib import Path

from config.services.servers import STOP_SECONDS, Server

BASE_DIR = Path(__file__).resolve().parent.parent.parent


class ServiceFailed(Exception):
    """A service that this process needs does not run; the message says why."""


class Attachment:
    """Three locks, each of one meaning, all released by the kernel when a process ends however it ends:

    ``NAME.users``: shared by every user, taken alone by whoever stops the server; ``NAME.start``: one start at a time,
    held until the keeper is ready even if the starter is killed; ``NAME.keeper``: held by the keeper for as long as it
    lives, and naming its process.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.process_id = os.getpid()
        self.keeper: subprocess.Popen | None = None

    @property
    def is_mine(self) -> bool:
        """False in a forked child: it shares its parent's hold and must not end it."""
        return self.process_id == os.getpid()

    def begin(self) -> None:
        """Take hold, and set a keeper going if there is none."""
        try:
            self.server.place.prepare()
            self.users = lock_file(self.server, "users")
            self.starting = lock_file(self.server, "start")
        except OSError as refused:  # another user's, most likely
            raise ServiceFailed(f"DATA_DIR cannot be used: {refused}") from refused
        fcntl.flock(self.users, fcntl.LOCK_SH)  # waits while a keeper that found no users is stopping
        fcntl.flock(self.starting, fcntl.LOCK_EX)
        if keeper_id(self.server) is None:
            self._start_keeper()

    def wait_until_ready(self) -> None:
        """Return when the server answers, or raise ``ServiceFailed`` with what it said."""
        if self.keeper:
            said = self.keeper.stdout.readline().strip()
            if said != "ready":
                raise ServiceFailed(said or f"the keeper of {self.server.name} ended without a word")
        os.close(self.starting)

    def end(self) -> None:
        """Let go. The last one to do so stops the keeper and waits for it."""
        if not self.is_mine:
            return
        try:
            fcntl.flock(self.users, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:  # others still use it
            pass
        else:
            self._stop_keeper()
        os.close(self.users)
        if self.keeper:
            self.keeper.poll()

    def _start_keeper(self) -> None:
        place = self.server.place
        command = [
            sys.executable,
            "-m",
            "config.services.keeper",
            self.server.name,
            str(place.data_dir),
            str(self.starting),
        ]
        with (place.log_dir / f"{self.server.name}.keeper.log").open("ab") as log:
            self.keeper = subprocess.Popen(  # noqa: S603
                command,
                cwd=BASE_DIR,
                pass_fds=[self.starting],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                start_new_session=True,  # Ctrl-C is for its users; it follows when they are gone
            )

    def _stop_keeper(self) -> None:
        pid = keeper_id(self.server)
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        if self.keeper and self.keeper.pid == pid:
            self.keeper.wait(2 * STOP_SECONDS)
        else:
            keeper = lock_file(self.server, "keeper")
            fcntl.flock(keeper, fcntl.LOCK_SH)
            os.close(keeper)


def lock_file(server: Server, kind: str) -> int:
    """A descriptor, not a file object: what it locks stays locked until it is closed or the process is gone."""
    return os.open(server.place.data_dir / f"{server.name}.{kind}", os.O_RDWR | os.O_CREAT, 0o600)


def keeper_id(server: Server) -> int | None:
    """The process of the keeper that runs ``server``; None if there is none. Only for holders of a users lock."""
    keeper = lock_file(server, "keeper")
    try:
        fcntl.flock(keeper, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return int(os.read(keeper, 20))
    else:
        return None
    finally:
        os.close(keeper)
