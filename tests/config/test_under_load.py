"""Servers and workers die while villages apply: nothing requested is lost, nothing happens twice (architecture §6).

The whole system runs as ``make run`` starts it, on servers of its own. Clients retry until they succeed, as the page on
a phone does.
"""

import json
import os
import signal
import subprocess
import threading
import time
import urllib.error
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis
from django.conf import settings
from django.db import connection

from config import services
from config.services.binaries import postgresql_bin
from config.services.servers import PostgreSQL, Valkey
from config.services.service_directory import Account, ServiceDirectory
from tests.config.crowd import crowd as crowd_of
from tests.config.processes import children_of, eventually, house, processes_on, supervised, using, words_of

VILLAGES, CLIENTS, PATIENCE_SECONDS = 16, 4, 90
CUT_SHORT = (OSError, HTTPException)  # by the end of the process that was to answer
ANSWERS = {"1.1.a": "1", "1.2": "96", "B.1.a": "0", "D.1.a": "0"} | {f"2.1.{tick}": "1" for tick in "abcde"}


@pytest.fixture
def data_dir():
    with house() as data_dir:
        yield data_dir


@pytest.fixture
def crowd(data_dir, tmp_path, transactional_db):
    """Everybody of ``tests.config.crowd`` in a fresh system of ``data_dir``, copied from the database of the tests."""
    people, dump, programs = crowd_of(VILLAGES), tmp_path / "people.sql", postgresql_bin(Account.current())
    here = urlsplit(services.database_owner_url())._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    subprocess.run([programs / "pg_dump", "--no-owner", f"--file={dump}", here], check=True)
    with using(data_dir):
        there = PostgreSQL(ServiceDirectory(data_dir)).url
        restore = [programs / "psql", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1", f"--file={dump}", there]
        subprocess.run(restore, check=True)
    return people


class Client:
    """One person's program: a request is retried until the system has accepted it or reports that it is done."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.odd: list[str] = []

    def call(self, path, token, body=None):
        request = urllib.request.Request(
            f"{self.address}/api/v1/{path}",
            data=None if body is None else json.dumps(body).encode(),
            headers={"Authorization": f"Token {token}", "Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=30) as answer:
            return json.load(answer)

    def insist(self, path, token, body, stands=lambda: False):
        """``stands`` checks whether an earlier try succeeded though its response was lost."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            try:
                return self.call(path, token, body)
            except urllib.error.HTTPError as refused:
                if refused.code in (404, 409):
                    if self.quietly(stands):
                        return None
                elif refused.code not in (502, 503):
                    self.odd.append(f"{path}: {refused.code} {refused.read()[:200]}")
            except CUT_SHORT:
                pass
            time.sleep(0.2)
        return pytest.fail(f"{path} was never taken")

    def quietly(self, stands):
        """The result of ``stands``, or no while the system is down."""
        try:
            return stands()
        except CUT_SHORT:
            return False

    def state(self, village):
        return self.call(f"applications/{village['application']}/", village["token"])["state"]


class Trouble:
    """The failures to cause while ``done`` villages have applied: each once, in this order."""

    def __init__(self, supervisor, data_dir, address, crowd):
        self.supervisor, self.place, self.address, self.crowd = supervisor, ServiceDirectory(data_dir), address, crowd
        self.lock, self.done, self.report = threading.Lock(), 0, None
        self.at = {3: self.kill_web_worker, 6: self.empty_queue, 10: self.restart_database, 14: self.kill_web_worker}

    def one_more(self):
        with self.lock:
            self.done += 1
            self.at.get(self.done, lambda: None)()

    def process(self, *words):
        (pid,) = (p for p in children_of(self.supervisor.pid) if all(f"\0{w}\0" in words_of(p) for w in words))
        return pid

    def kill_web_worker(self):
        (web,) = (p for p in children_of(self.supervisor.pid) if "gunicorn" in words_of(p))
        os.kill(children_of(web)[0], signal.SIGKILL)

    def empty_queue(self):
        """A report is requested while the worker sleeps; its task is deleted, and the worker killed."""
        worker = self.process("worker")
        os.kill(worker, signal.SIGSTOP)
        client = Client(self.address)
        self.report = client.insist("reports/", self.crowd["watcher"]["token"], {"unit": "330624", "year": 2026})["id"]
        redis.Redis.from_url(Valkey(self.place).url).flushall()
        os.kill(worker, signal.SIGKILL)

    def restart_database(self):
        postmaster = int((self.place.data_dir / "postgresql/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGKILL)


def test_nothing_is_lost_and_nothing_happens_twice(data_dir, crowd):
    with supervised(data_dir, SECRET_KEY=settings.SECRET_KEY, CONN_MAX_AGE="60") as (supervisor, address, _):
        client, trouble = Client(address), Trouble(supervisor, data_dir, address, crowd)

        def apply(village):
            base = f"applications/{village['application']}/"
            for item, typed in ANSWERS.items():
                client.insist(f"{base}answers/", village["token"], {"answers": [{"item": item, "typed": typed}]})
            client.insist(f"{base}submit/", village["token"], {}, lambda: client.state(village) == "submitted")
            client.insist(f"{base}accept/", crowd["office"], {}, lambda: client.state(village) == "township_review")
            trouble.one_more()

        with ThreadPoolExecutor(CLIENTS) as clients:
            list(clients.map(apply, crowd["villages"]))

        assert client.odd == []
        watcher = crowd["watcher"]
        eventually(lambda: client.call(f"reports/{trouble.report}/", watcher["token"])["state"] == "ready")
        home = urllib.request.Request(f"{address}/", headers={"Cookie": f"sessionid={watcher['session']}"})
        assert urllib.request.urlopen(home).url == f"{address}/"  # still signed in

        with psycopg2.connect(PostgreSQL(ServiceDirectory(data_dir)).url) as there, there.cursor() as cursor:
            assert counted(cursor, "verb", "ratings_transition WHERE verb IN ('submit', 'accept')") == {
                "accept": VILLAGES,
                "submit": VILLAGES,
            }
            assert counted(cursor, "typed", "ratings_answer") == counted_of(ANSWERS.values())
            assert counted(cursor, "kind", "notifications_notice WHERE kind LIKE 'application_%%'") == {
                "application_accepted": VILLAGES,
                "application_submitted": VILLAGES,
            }
            assert counted(cursor, "kind", "notifications_notice WHERE kind LIKE 'report_%%'") == {"report_ready": 1}
        there.close()
        killed_it_leaves_nothing(supervisor, data_dir, address)


def killed_it_leaves_nothing(supervisor, data_dir, address):
    started = children_of(supervisor.pid)
    assert len(started) == 5  # two keepers, web, worker, scheduler
    supervisor.kill()
    supervisor.wait()
    eventually(lambda: processes_on(data_dir) == [])
    eventually(lambda: not any(Path(f"/proc/{pid}").exists() for pid in started))
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"{address}/healthz")


def counted(cursor, column, rows):
    cursor.execute(f"SELECT {column}, count(*) FROM {rows} GROUP BY 1")
    return dict(cursor.fetchall())


def counted_of(values):
    values = list(values)
    return {value: VILLAGES * values.count(value) for value in set(values)}
