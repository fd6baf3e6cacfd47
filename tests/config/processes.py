"""Starts the whole system and finds its processes, for the tests of services and supervisor."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

import psycopg2
import pytest
import redis

from config import services

PATIENCE_SECONDS = 60
USER = "from config import services; services.attach(); print('up', flush=True); services.detach(float(input() or 0))"
MEMORY, ROOM = Path("/dev/shm"), 2**31


@contextmanager
def house():
    """A directory for a system of its own, short enough for sockets and open to every account. In memory where there is
    room: a new cluster costs most of its time on a disk, and it need not survive a power cut."""
    in_memory = MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM
    place = MEMORY if in_memory else None
    with tempfile.TemporaryDirectory(prefix="house-", dir=place, ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        yield Path(folder, "data")


def eventually(question):
    """The first true result; a page that is not served yet counts as none."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = question()
        except (OSError, psycopg2.OperationalError, redis.ConnectionError):
            answer = None
        if answer:
            return answer
        time.sleep(0.05)
    return pytest.fail("it did not come about")


def processes_on(data_dir):
    """Every living process that works in ``data_dir`` or names it on its command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit() or int(entry.name) == os.getpid():
            continue
        try:
            words = (entry / "cmdline").read_bytes().decode(errors="replace")
            if str(data_dir) in words or os.readlink(entry / "cwd").startswith(str(data_dir)):
                found.append((int(entry.name), words))
        except OSError:
            continue
    return found


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def supervised(data_dir, **environment):
    """A supervisor that has reported ready, and its address."""
    port = str(free_port())
    inherited = {
        name: value
        for name, value in os.environ.items()
        if name not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}
    }
    supervisor = subprocess.Popen(
        [sys.executable, "-m", "config.supervisor"],
        cwd=services.BASE_DIR,
        env={**inherited, "DATA_DIR": str(data_dir), "PORT": port, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        said = []
        for line in supervisor.stdout:
            said.append(line)
            if "ready: " in line:
                break
        yield supervisor, f"http://127.0.0.1:{port}", said
    finally:
        if supervisor.poll() is None:
            supervisor.terminate()
        supervisor.communicate(timeout=60)


def start_user(data_dir, **environment):
    """A process that uses the servers of ``data_dir`` until it is let go."""
    inherited = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL"}}
    return subprocess.Popen(
        [sys.executable, "-c", USER],
        cwd=services.BASE_DIR,
        env={**inherited, "DATA_DIR": str(data_dir), **environment},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def let_go(user):
    user.communicate("\n", timeout=PATIENCE_SECONDS)
    assert user.returncode == 0


@contextmanager
def using(data_dir, **environment):
    user = start_user(data_dir, **environment)
    said = user.stdout.readline()
    assert said == "up\n", user.stderr.read()
    try:
        yield user
    finally:
        if user.poll() is None:
            let_go(user)


def readiness(address):
    with urllib.request.urlopen(f"{address}/readyz") as answer:
        return json.load(answer)


def children_of(parent):
    return [int(pid) for pid in Path(f"/proc/{parent}/task/{parent}/children").read_text().split()]


def words_of(pid):
    return Path(f"/proc/{pid}/cmdline").read_text()
