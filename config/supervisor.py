"""``python -m config.supervisor``: the whole system under one process, as ``make run`` starts it (design §3).

Each step says one line. Ctrl-C or SIGTERM stops everything in good order; if this process is killed, the kernel tells
its children, and the services end when the last of them has let go. ``--die-with-parent``: so does it, with ``make``.
"""

import fcntl
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from config import services
from config.services.lifetime import die_with_parent, dying_with_parent

PYTHON = [sys.executable, "-m"]
START_SECONDS = 120
STOP_SECONDS = 15
LOOK_SECONDS = 0.2
SHORT_LIFE_SECONDS = 10
SHORT_LIVES = 3
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://127.0.0.1:{PORT}"


class CannotRun(Exception):
    """The system cannot be served; the message says why."""


@dataclass
class Child:
    """One of the processes that make up the system, run again when it dies."""

    name: str
    command: list[str]
    when_orphaned: int  # the signal that ends it quickly
    process: subprocess.Popen | None = None
    starts: list[float] = field(default_factory=list)

    @property
    def log(self) -> Path:
        return services.data_dir() / "log" / f"{self.name}.log"

    def start(self) -> None:
        self.starts.append(time.monotonic())
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C is ours, and we stop it in good order
                preexec_fn=dying_with_parent(self.when_orphaned),
            )

    def keep_running(self) -> None:
        """Start it again if it died; raise ``CannotRun`` if it dies as soon as it is started."""
        if self.process.poll() is None:
            return
        recent = [start for start in self.starts if start > time.monotonic() - SHORT_LIVES * SHORT_LIFE_SECONDS]
        if len(recent) >= SHORT_LIVES:
            raise CannotRun(f"{self.name} does not stay up: see {self.log}")
        say(f"{self.name} ended ({self.process.returncode}), started again")
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


CELERY = [*PYTHON, "celery", "--app", "config.celery", "--workdir", str(services.BASE_DIR)]
CHILDREN = [
    Child("web", [*PYTHON, "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"], signal.SIGQUIT),
    Child("worker", [*CELERY, "worker", "--concurrency=2", "--without-gossip", "--without-mingle"], signal.SIGQUIT),
    Child("scheduler", [*CELERY, "beat", "--pidfile="], signal.SIGTERM),
]


def main(*options: str) -> int:
    if "--die-with-parent" in options:
        die_with_parent(signal.SIGTERM, os.getppid())
    for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(signum, lambda *_: sys.exit(0))
    os.chdir(services.BASE_DIR)
    os.umask(0o077)  # letters, uploads and logs are nobody else's on this machine
    try:
        run()
    except (CannotRun, services.ServiceFailed) as reason:
        say(str(reason))
        return 1
    finally:
        for signum in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(signum, signal.SIG_IGN)
        stop()
    return 0


def run() -> None:
    with step("PostgreSQL and Valkey"):
        services.attach()
        alone = hold_alone()  # noqa: F841 - released by the kernel when this process ends
        demand_free_port()
    with step("application"):
        prepare_django()
    prepare_data()
    with step("web, worker and scheduler"):
        for child in CHILDREN:
            put_old_log_aside(child)
            child.start()
        wait_until_ready()
    say(f"ready: {ADDRESS}  (Ctrl-C stops everything; logs are in {services.data_dir() / 'log'})")
    while True:
        time.sleep(LOOK_SECONDS)
        for child in CHILDREN:
            child.keep_running()


def hold_alone() -> int:
    """Refuse a second supervisor on one ``DATA_DIR``: two schedulers would do everything twice."""
    lock = os.open(services.data_dir() / "supervisor.lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise CannotRun(f"already running on {services.data_dir()}") from None
    return lock


def demand_free_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("HOST") or "127.0.0.1", int(PORT)))
        except OSError as taken:
            raise CannotRun(f"port {PORT}: {taken.strerror} (PORT=… chooses another)") from None


def prepare_django() -> None:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()


def prepare_data() -> None:
    """Bring the database and the static files to what this version of the program needs."""
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from config import demonstration, static_files

    with step("database"):
        call_command("migrate", interactive=False, verbosity=0)
        demonstration.refuse_where_it_is_off()
    if settings.DEMO and demonstration.is_wanted():
        say("demonstration (what is there already stays)")
        call_command("load_demonstration")
    if static_files.are_stale():
        with step("static files"):
            static_files.collect()
    connection.close()


def wait_until_ready() -> None:
    deadline = time.monotonic() + START_SECONDS
    while not (answer := readiness()).startswith("ready"):
        for child in CHILDREN:
            child.keep_running()
        if time.monotonic() > deadline:
            raise CannotRun(f"not ready within {START_SECONDS} seconds: {answer}")
        time.sleep(LOOK_SECONDS)


def readiness() -> str:
    try:
        with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=10):  # noqa: S310 - our own address
            return "ready"
    except urllib.error.HTTPError as not_yet:
        return not_yet.read().decode(errors="replace")
    except OSError as unreachable:
        return str(unreachable)


def put_old_log_aside(child: Child) -> None:
    if child.log.exists():
        child.log.replace(child.log.with_suffix(".old.log"))


def stop() -> None:
    deadline = time.monotonic() + STOP_SECONDS
    for child in CHILDREN:
        child.ask_to_stop()
    for child in CHILDREN:
        child.stop(deadline)
    services.detach()
    say("stopped")


@contextmanager
def step(name: str) -> Iterator[None]:
    """One line for one step: its name as it begins, its time as it ends."""
    began = time.monotonic()
    print(f"· {name} …", end="", flush=True)  # noqa: T201
    try:
        yield
    except BaseException:
        print(flush=True)  # noqa: T201
        raise
    print(f" {time.monotonic() - began:.1f} s", flush=True)  # noqa: T201


def say(line: str) -> None:
    print(f"· {line}", flush=True)  # noqa: T201


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
