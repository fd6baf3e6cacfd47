import fcntl
import os
import signal
import socket
import sys
import time
import urllib.error
import urllib.request

from config import environment, services
from config.services.parent_death import die_with_parent
from config.supervisor.children import CHILDREN, STOPPING, WEB, look_after_all
from config.supervisor.console import say, step
from config.supervisor.preparation import CannotRun, prepare_data

START_SECONDS = 120
STOP_SECONDS = 15
DYING_SECONDS = 3
"""Processes of a stopped child (a pool's) are ended by the kernel, a moment later."""
LOOK_SECONDS = 0.2
SHORT_LIVES = 3
READY = "ready"
PORT = os.environ.get("PORT") or "8000"
ADDRESS = f"http://127.0.0.1:{PORT}"


def main(*options: str) -> int:
    if "--die-with-parent" in options:
        die_with_parent(signal.SIGTERM, os.getppid())
    for signum in STOPPING:
        signal.signal(signum, lambda *_: sys.exit(0))
    os.chdir(services.BASE_DIR)
    os.umask(0o077)  # e-mails, uploads and logs are private on this machine
    try:
        run()
    except (CannotRun, environment.Unusable, services.ServiceFailed) as reason:
        say(str(reason))
        return 1
    finally:
        for signum in STOPPING:
            signal.signal(signum, signal.SIG_IGN)
        stop()
    return 0


def run() -> None:
    environment.demand_usable()
    with step("PostgreSQL and Valkey"):
        services.attach()
        alone = hold_alone()  # noqa: F841 - released by the kernel when this process ends
        demand_free_port()
    with step("application"):
        environment.set_up_django()
    prepare_data()
    with step("web, worker and scheduler"):
        for child in CHILDREN:
            child.start()
        missing = wait_until_ready()
    say(missing or f"ready: {ADDRESS}  (Ctrl-C stops everything; logs are in {services.data_dir() / 'log'})")
    while True:
        time.sleep(LOOK_SECONDS)
        look_after_all()


def hold_alone() -> int:
    """Refuse a second supervisor on one ``DATA_DIR``: two schedulers would run everything twice."""
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


def wait_until_ready() -> str:
    """What is still missing when pages have been served for a while, or nothing. Raises ``CannotRun`` if no
    page is served."""
    deadline = time.monotonic() + START_SECONDS
    while (answer := readiness()) != READY:
        look_after_all()
        if WEB.restarts.short_lives >= SHORT_LIVES:
            raise CannotRun(f"web does not stay up: {WEB.log.last_words()}")
        if time.monotonic() > deadline:
            if answer.startswith("{"):
                return f"served, but not ready: {ADDRESS}/readyz says {answer}"
            raise CannotRun(f"not served within {START_SECONDS} seconds: {answer}")
        time.sleep(LOOK_SECONDS)
    return ""


def readiness() -> str:
    try:
        with urllib.request.urlopen(f"{ADDRESS}/readyz", timeout=10):  # noqa: S310 - our own address
            return READY
    except urllib.error.HTTPError as not_yet:
        return not_yet.read().decode(errors="replace")
    except OSError as unreachable:
        return str(unreachable)


def stop() -> None:
    deadline = time.monotonic() + STOP_SECONDS
    for child in CHILDREN:
        child.ask_to_stop()
    for child in CHILDREN:
        child.stop(deadline)
    services.detach(DYING_SECONDS if any(child.process for child in CHILDREN) else 0)
    say("stopped")


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
