"""The whole system for real, on a database of its own: it becomes ready, stays up and stops completely."""

import os
import signal
import urllib.error
import urllib.request

import pytest

from tests.config.processes import children_of, eventually, house, processes_on, readiness, supervised, words_of
from tests.config.test_metrics import TOKEN, figures
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
    with house() as data_dir:
        yield data_dir


@pytest.fixture(scope="module")
def system(data_dir, database_url):
    """Supervisor and address of a system with two web processes; its last test stops it."""
    with supervised(data_dir, DATABASE_URL=database_url, METRICS_TOKEN=TOKEN, WEB_PROCESSES="2") as started:
        yield started


def test_all_parts_become_ready_and_stay_up(system, data_dir, database_url):
    supervisor, address, said = system
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


def test_several_processes_are_counted_as_one_by_the_names_of_routes(system):
    _supervisor, address, _said = system

    def ask(path, **headers):
        with urllib.request.urlopen(urllib.request.Request(f"{address}{path}", headers=headers)) as answer:
            return answer.read().decode()

    def counted():
        found = figures(ask("/metrics", Authorization=f"Bearer {TOKEN}"))
        return [
            found.get(("pingxing_requests_total", ("method", "GET"), ("route", route), ("status", status)), 0)
            for route, status in (("healthz", "200"), ("none", "404"))
        ]

    before = counted()
    for n in range(20):
        ask("/healthz")
        with pytest.raises(urllib.error.HTTPError, match="404"):
            ask(f"/zhang-san-{n}/")
    assert eventually(lambda: counted() == [one + 20 for one in before])
    assert "zhang-san" not in ask("/metrics", Authorization=f"Bearer {TOKEN}")


def test_interrupted_it_stops_everything(system, data_dir):
    """That nothing is left when it is killed is seen at the end of ``test_under_load``."""
    supervisor, _address, _said = system
    eventually(lambda: len(children_of(supervisor.pid)) == 4)  # the keeper of Valkey, web, worker, scheduler
    supervisor.send_signal(signal.SIGINT)
    assert supervisor.wait(60) == 0
    assert processes_on(data_dir) == []
