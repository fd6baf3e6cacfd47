"""The whole system for real, on a database of its own: it becomes ready, stops completely, leaves nothing when
killed."""

import os
import shutil
import signal
import tempfile
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.config.processes import children_of, eventually, processes_on, readiness, supervised, words_of
from tests.migrated import migrated_copy

DATABASE = f"supervised_{os.getpid()}"
ALL_OK = {"database": "ok", "redis": "ok", "worker": "ok", "scheduler": "ok"}


@pytest.fixture(scope="module")
def database_url():
    """A migrated, empty database, so that each start takes seconds."""
    with migrated_copy(DATABASE) as url:
        yield url


@pytest.fixture(scope="module")
def data_dir():
    folder = Path(tempfile.mkdtemp(prefix="house-"))
    folder.chmod(0o755)
    yield folder / "data"
    shutil.rmtree(folder, ignore_errors=True)


def test_all_parts_become_ready_stay_up_and_stop_with_it(data_dir, database_url):
    with supervised(data_dir, DATABASE_URL=database_url) as (supervisor, address, said):
        assert said[-1].startswith(f"· ready: {address}")
        assert readiness(address) == ALL_OK

        with supervised(data_dir, DATABASE_URL=database_url) as (second, _, said_by_second):
            assert second.wait(60) == 1
            assert f"· already running on {data_dir}\n" in said_by_second

        (worker,) = (pid for pid in children_of(supervisor.pid) if "\0worker\0" in words_of(pid))
        os.kill(worker, signal.SIGKILL)
        assert supervisor.stdout.readline() == "· worker ended (-9), started again\n"
        eventually(lambda: readiness(address)["worker"] == "ok")

        (keeper,) = (pid for pid in children_of(supervisor.pid) if "keeper\0valkey" in words_of(pid))
        os.kill(keeper, signal.SIGKILL)
        assert supervisor.stdout.readline() == "· the keeper of valkey is gone (-9), started again\n"
        eventually(lambda: readiness(address) == ALL_OK)

        for pause in ("", " in 1 s", " in 2 s"):  # a child that does not stay up takes nothing down
            (scheduler,) = eventually(lambda: [p for p in children_of(supervisor.pid) if "\0beat\0" in words_of(p)])
            os.kill(scheduler, signal.SIGKILL)
            assert supervisor.stdout.readline() == f"· scheduler ended (-9), started again{pause}\n"
        eventually(lambda: readiness(address) == ALL_OK)

        supervisor.send_signal(signal.SIGINT)
        assert supervisor.wait(60) == 0
        assert processes_on(data_dir) == []


def test_killed_it_leaves_nothing(data_dir, database_url):
    with supervised(data_dir, DATABASE_URL=database_url) as (supervisor, address, _):
        started = children_of(supervisor.pid)
        assert len(started) == 4  # the keeper of Valkey, web, worker, scheduler
        supervisor.kill()
        supervisor.wait()
        eventually(lambda: processes_on(data_dir) == [])
        eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
        with pytest.raises(urllib.error.URLError):
            urllib.request.urlopen(f"{address}/healthz")
