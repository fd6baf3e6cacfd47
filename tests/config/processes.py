"""Looking for processes, as the tests of services and supervisor do."""

import os
import time
from pathlib import Path

import psycopg2
import pytest
import redis

PATIENCE_SECONDS = 60


def eventually(question):
    """The first true answer; what is not served yet counts as no answer."""
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
