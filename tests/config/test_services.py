"""The service launcher for real: processes are started, shared, killed and looked for."""

import os
import shutil
import signal
import subprocess
import sys
import time
from urllib.parse import urlsplit

import psycopg2
import pytest
import redis

from config.services.logs import MAX_BYTES, Log
from config.services.servers import PostgreSQL, Valkey
from config.services.service_directory import ServiceDirectory
from tests.config.processes import PATIENCE_SECONDS, eventually, house, let_go, processes_on, start_user, using


@pytest.fixture
def new_data_dir():
    """One in which nothing has been made."""
    with house() as data_dir:
        yield data_dir


@pytest.fixture(scope="module")
def served_before():
    """One in which both servers have run: making their data takes longer than most of what is tried here."""
    with house() as data_dir:
        with using(data_dir):
            pass
        yield data_dir


@pytest.fixture
def data_dir(served_before):
    with house() as data_dir:
        subprocess.run(["cp", "--archive", served_before, data_dir], check=True)
        yield data_dir


def connect(data_dir):
    return psycopg2.connect(PostgreSQL(ServiceDirectory(data_dir)).url)


def postmaster(data_dir):
    return int((data_dir / "postgresql/postmaster.pid").read_text().split()[0])


def test_one_user_starts_both_and_leaves_nothing(new_data_dir):
    with using(new_data_dir):
        with connect(new_data_dir).cursor() as cursor:
            cursor.execute("select current_user, usesuper from pg_user where usename = current_user")
            assert cursor.fetchone() == ("pingxing", False)
            cursor.execute("create extension pg_trgm; select show_trgm('塔山街道') <> '{}'")
            assert cursor.fetchone() == (True,)
        assert redis.Redis.from_url(Valkey(ServiceDirectory(new_data_dir)).url).ping()
    assert processes_on(new_data_dir) == []


def test_what_was_written_is_there_at_the_second_start(data_dir):
    with using(data_dir):
        with connect(data_dir) as connection, connection.cursor() as cursor:
            cursor.execute("create table kept as select 7 as n")
        redis.Redis.from_url(Valkey(ServiceDirectory(data_dir)).url).set("kept", "7")
    with using(data_dir), connect(data_dir).cursor() as cursor:
        cursor.execute("select n from kept")
        assert cursor.fetchone() == (7,)
        assert redis.Redis.from_url(Valkey(ServiceDirectory(data_dir)).url).get("kept") == b"7"


def test_the_starter_may_leave_before_the_sharer(data_dir):
    with using(data_dir) as starter, using(data_dir):
        serving = postmaster(data_dir)
        let_go(starter)
        assert connect(data_dir).closed == 0
        assert postmaster(data_dir) == serving
    assert processes_on(data_dir) == []


def test_users_that_start_together_share_one_server(new_data_dir):
    users = [start_user(new_data_dir) for _ in range(4)]
    assert [user.stdout.readline() for user in users] == ["up\n"] * 4
    keepers = [words for _, words in processes_on(new_data_dir) if "config.services.keeper" in words]
    assert len(keepers) == 2
    for user in users:
        let_go(user)
    assert processes_on(new_data_dir) == []


def test_a_killed_user_leaves_nothing(data_dir):
    with using(data_dir) as user:
        user.kill()
        user.wait()
        eventually(lambda: processes_on(data_dir) == [])


def test_the_patient_wait_for_others_that_are_ending(data_dir):
    with using(data_dir) as patient, using(data_dir) as ending:
        patient.stdin.write(f"{PATIENCE_SECONDS}\n")
        patient.stdin.flush()
        ending.kill()
        assert patient.wait(PATIENCE_SECONDS) == 0
        assert processes_on(data_dir) == []


def test_the_statement_of_a_killed_process_ends(data_dir):
    with using(data_dir):
        url = PostgreSQL(ServiceDirectory(data_dir)).url
        words = f"import psycopg2; psycopg2.connect({url!r}).cursor().execute('select pg_sleep(600)')"
        with subprocess.Popen([sys.executable, "-c", words]) as asking:
            eventually(lambda: asleep(data_dir) == 1)
            asking.kill()
        eventually(lambda: asleep(data_dir) == 0)


def asleep(data_dir):
    with connect(data_dir).cursor() as cursor:
        cursor.execute("select count(*) from pg_stat_activity where wait_event = 'PgSleep'")
        return cursor.fetchone()[0]


def test_a_killed_keeper_takes_its_server_along_and_the_next_user_starts_anew(data_dir):
    with using(data_dir) as first:
        (keeper,) = (pid for pid, words in processes_on(data_dir) if "keeper\0postgresql" in words)
        os.kill(keeper, signal.SIGKILL)
        eventually(lambda: not (data_dir / "postgresql/postmaster.pid").exists())
        with using(data_dir):
            assert connect(data_dir).closed == 0
            let_go(first)
            assert connect(data_dir).closed == 0
    assert processes_on(data_dir) == []


@pytest.mark.parametrize("first_to_look", ["waiting user", "new user"])
def test_a_killed_postmaster_is_replaced(data_dir, first_to_look):
    with using(data_dir):
        killed = postmaster(data_dir)
        os.kill(killed, signal.SIGKILL)
        if first_to_look == "new user":
            with using(data_dir):
                pass
        eventually(lambda: connect(data_dir).closed == 0)
        assert postmaster(data_dir) != killed


def test_a_killed_valkey_is_replaced_with_its_keys(data_dir):
    with using(data_dir):
        client = redis.Redis.from_url(Valkey(ServiceDirectory(data_dir)).url)
        client.set("kept", "7")
        time.sleep(1.1)  # everysec
        os.kill(client.info("server")["process_id"], signal.SIGKILL)
        assert eventually(lambda: client.get("kept")) == b"7"


def test_a_damaged_valkey_begins_anew(data_dir):
    with using(data_dir):
        client = redis.Redis.from_url(Valkey(ServiceDirectory(data_dir)).url)
        client.mset({f"key {number}": "7" * 100 for number in range(100)})
    (kept,) = (data_dir / "valkey/appendonlydir").glob("*.incr.aof")
    whole = kept.read_bytes()
    kept.write_bytes(whole[:4000] + b"\0" * 4096 + whole[8096:])
    with using(data_dir):
        assert redis.Redis.from_url(Valkey(ServiceDirectory(data_dir)).url).dbsize() == 0
    assert (data_dir / "valkey/damaged" / kept.name).exists()
    assert "Bad file format" in (data_dir / "log/valkey.keeper.log").read_text()


def test_a_server_that_cannot_be_started_again_is_tried_until_it_can(data_dir):
    with using(data_dir):
        version = data_dir / "postgresql/PG_VERSION"
        made_by = version.read_text()
        version.write_text("9\n")
        os.kill(postmaster(data_dir), signal.SIGKILL)
        log = data_dir / "log/postgresql.keeper.log"
        eventually(lambda: log.read_text().count("was made by PostgreSQL 9, but") == 2)
        version.write_text(made_by)
        eventually(lambda: connect(data_dir).closed == 0)


def test_a_statement_that_fails_is_logged_without_its_values(data_dir):
    with using(data_dir):
        with connect(data_dir) as connection, connection.cursor() as cursor:
            cursor.execute("create table people (name text unique); insert into people values ('章三')")
            with pytest.raises(psycopg2.errors.UniqueViolation):
                cursor.execute("insert into people values (%s)", ["章三"])
        said = (data_dir / "log/postgresql.log").read_text()
        assert "duplicate key value violates unique constraint" in said
        assert "章三" not in said
        assert "INSERT" not in said


def test_a_log_stays_short_while_it_is_written(tmp_path):
    log = Log(tmp_path / "web.log")
    with log.open() as writer:
        writer.write(b"x" * MAX_BYTES)
        writer.flush()
        log.rotate()
        assert log.path.stat().st_size == MAX_BYTES
        writer.write(b"the last word\n")
        writer.flush()
        log.rotate()
        writer.write(b"and on\n")
        writer.flush()
    assert log.path.read_text() == "and on\n"
    assert (tmp_path / "web.old.log").read_text().endswith("the last word\n")
    assert log.last_words() == "and on"


def test_a_stale_pid_file_that_names_a_living_program_is_no_hindrance(data_dir):
    with using(data_dir):
        lines = (data_dir / "postgresql/postmaster.pid").read_text().splitlines()
    (data_dir / "postgresql/postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with using(data_dir):
        assert connect(data_dir).closed == 0


def test_an_orphaned_server_is_ended_first(data_dir):
    with using(data_dir):
        server = PostgreSQL(ServiceDirectory(data_dir))
        command = server.command()
    orphan = subprocess.Popen(
        command,
        cwd=server.directory,
        stderr=subprocess.DEVNULL,
        env=server.environment,
        **server.place.account.spawn_options,
    )
    eventually(lambda: connect(data_dir))
    with using(data_dir):
        assert orphan.wait(PATIENCE_SECONDS) is not None
        assert postmaster(data_dir) != orphan.pid
        assert connect(data_dir).closed == 0
    assert processes_on(data_dir) == []


def test_an_initialisation_cut_short_is_done_again(new_data_dir):
    (new_data_dir / "postgresql.new").mkdir(parents=True)
    (new_data_dir / "postgresql.new/PG_VERSION").write_text("18\n")
    with using(new_data_dir):
        assert connect(new_data_dir).closed == 0


def test_a_deep_directory_gets_its_sockets_elsewhere(new_data_dir):
    deep = new_data_dir / ("d" * 60) / ("e" * 60)
    with using(deep):
        assert connect(deep).closed == 0
    assert processes_on(deep) == []
    for kind in (PostgreSQL, Valkey):
        shutil.rmtree(kind(ServiceDirectory(deep)).socket_dir)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the servers as somebody else")
def test_a_directory_closed_to_the_servers_account_serves_all_the_same(new_data_dir):
    closed = new_data_dir.parent / "closed"
    closed.mkdir(mode=0o700)
    with using(closed / "data"):
        assert connect(closed / "data").closed == 0
    assert processes_on(closed) == []
    for kind in (PostgreSQL, Valkey):
        shutil.rmtree(kind(ServiceDirectory(closed / "data")).socket_dir)


def test_given_servers_start_nothing(new_data_dir):
    with using(new_data_dir, DATABASE_URL="postgres://x@/x", REDIS_URL="redis://x"):
        assert processes_on(new_data_dir) == []


def test_a_server_that_cannot_start_says_why(data_dir):
    with using(data_dir):
        pass
    version = data_dir / "postgresql/PG_VERSION"
    version.write_text("9\n")
    user = start_user(data_dir)
    said = user.communicate(timeout=PATIENCE_SECONDS)[1]
    assert "was made by PostgreSQL 9, but" in said
    eventually(lambda: processes_on(data_dir) == [])


def test_a_directory_that_cannot_be_used_is_named(new_data_dir):
    new_data_dir.parent.joinpath("data").write_text("a file in its place")
    said = start_user(new_data_dir).communicate(timeout=PATIENCE_SECONDS)[1]
    assert "ServiceFailed: DATA_DIR cannot be used: " in said
    assert str(new_data_dir) in said


def sign_in(url, *, as_role=None, password=None):
    parts = urlsplit(url)
    who = f"{as_role or parts.username}:{parts.password if password is None else password}"
    return psycopg2.connect(parts._replace(netloc=f"{who}@").geturl())


def test_a_role_needs_its_password_and_the_runtime_owns_nothing(data_dir):
    server = PostgreSQL(ServiceDirectory(data_dir))
    with using(data_dir):
        for name in ("postgresql.pingxing.password", "postgresql.pingxing_runtime.password"):
            assert (data_dir / name).stat().st_mode & 0o777 == 0o600
        with sign_in(server.runtime_url).cursor() as cursor:
            cursor.execute(
                "select rolsuper, rolcreatedb, rolcreaterole, pg_get_userbyid(datdba) "
                "from pg_roles, pg_database where rolname = current_user and datname = current_database()"
            )
            assert cursor.fetchone() == (False, False, False, "pingxing")
        for role, password in (("pingxing", "x"), ("pingxing_runtime", ""), ("nobody", "x")):
            with pytest.raises(psycopg2.OperationalError):
                sign_in(server.url, as_role=role, password=password)
    assert processes_on(data_dir) == []


def test_who_may_come_in_is_written_anew_at_each_start_and_a_lost_password_replaced(data_dir):
    with using(data_dir):
        pass
    (data_dir / "postgresql/pg_hba.conf").write_text("local all all trust\n")
    (data_dir / "postgresql.pingxing_runtime.password").unlink()
    server = PostgreSQL(ServiceDirectory(data_dir))
    with using(data_dir):
        assert sign_in(server.runtime_url).closed == 0
        with pytest.raises(psycopg2.OperationalError):
            sign_in(server.url, password="x")
