"""The processes that make up the system, each restarted when it ends: none of them takes the others down."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from config import services
from config.environment import SUPERVISED
from config.services.logs import Log
from config.services.parent_death import dying_with_parent
from config.services.restarts import Restarts
from config.supervisor.console import say

PYTHON = [sys.executable, "-m"]
CHECKED = {SUPERVISED: "1", "CELERY_SKIP_CHECKS": "1"}
"""What the supervisor has found good is not looked into again."""

STOPPING = frozenset({signal.SIGINT, signal.SIGTERM, signal.SIGHUP})
"""By which the supervisor is told to stop."""


@contextmanager
def _uninterrupted() -> Iterator[None]:
    """Interrupted between its start and being known here, a child would not be stopped with the others."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOPPING)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)


@dataclass
class Child:
    """``when_orphaned``: the signal that ends it quickly."""

    name: str
    command: list[str]
    when_orphaned: int
    process: subprocess.Popen | None = None
    restarts: Restarts = field(default_factory=Restarts)

    def __post_init__(self) -> None:
        self.log = Log(services.data_dir() / "log" / f"{self.name}.log")

    def start(self) -> None:
        self.restarts.started()
        die_with_us = dying_with_parent(self.when_orphaned)

        def begin() -> None:
            die_with_us()
            signal.pthread_sigmask(signal.SIG_UNBLOCK, STOPPING)

        with self.log.open() as log, _uninterrupted():
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                env={**os.environ, **CHECKED},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is for us, and we stop it gracefully
                preexec_fn=begin,
            )

    def keep_running(self) -> None:
        """Restart it if it ended, and say so, with its own last words where it gave up by itself."""
        self.log.rotate()
        if self.process.poll() is None:
            return
        if not self.restarts.is_noted:
            pause, code = self.restarts.ended(), self.process.returncode
            why = f": {self.log.last_words()}" if code > 0 else ""
            say(f"{self.name} ended ({code}), started again" + f" in {pause} s" * bool(pause) + why)
        if self.restarts.is_due:
            self.start()

    def ask_to_stop(self) -> None:
        if self.process and self.process.poll() is None:
            self.process.terminate()

    def stop(self, deadline: float) -> None:
        if self.process:
            try:
                self.process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


WEB = Child("web", [*PYTHON, "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"], signal.SIGQUIT)
CHILDREN = [
    WEB,
    Child("worker", [*PYTHON, "config.background", "worker"], signal.SIGQUIT),
    Child("scheduler", [*PYTHON, "config.background", "beat"], signal.SIGTERM),
]


def look_after_all() -> None:
    """One round: restart whatever has ended."""
    for said in services.renew():
        say(said)
    for child in CHILDREN:
        child.keep_running()
