"""A start that cannot work ends with one line at once, at each entry point: ``make run``, ``manage.py``, gunicorn."""

import os
import re
import subprocess
import sys
from contextlib import nullcontext
from typing import ClassVar
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.conf import settings
from django.core.management.sql import emit_post_migrate_signal
from django.db import OperationalError, connection, models
from django.db.migrations import CreateModel, Migration
from django.db.migrations.recorder import MigrationRecorder
from django.db.migrations.state import ProjectState

import manage
from accounts.models import User
from config import services
from config.environment import Unusable, demand_usable
from config.management.commands.migrate import WholeExecutor
from config.startup_checks import Unfit, demand_fit
from config.supervisor import preparation
from config.supervisor.preparation import prepare_data
from records import schema
from records.models import SchemaObject
from tests.migrated import migrated_copy

DOORS = {
    "run": ["-m", "config.supervisor"],
    "manage": ["manage.py", "check"],
    "gunicorn": ["-m", "gunicorn", "--config", "python:config.gunicorn", "config.wsgi"],
}
WRONG = {
    "PORT": ("abc", "PORT=abc: expected a number from 1 to 65535"),
    "WEB_PROCESSES": ("two", "WEB_PROCESSES=two: expected a number"),
    "DATA_DIR": ("/dev/null/data", "DATA_DIR cannot be used: [Errno 20] Not a directory: '/dev/null/data'"),
    "DATABASE_URL": ("mysql://a@b/c", "DATABASE_URL: expected postgres://user:password@host/database"),
    "REDIS_URL": ("nonsense", "REDIS_URL: Redis URL must specify one of the following schemes"),
}
NOBODY_THERE = {
    "DATABASE_URL": ("postgres://a:secret@127.0.0.1:9/c", 'DATABASE_URL: connection to server at "127.0.0.1", port 9'),
    "REDIS_URL": ("redis://:secret@127.0.0.1:9/0", "REDIS_URL: Error 111 connecting to 127.0.0.1:9."),
}


def opened(door, data_dir, arguments=None, **environment):
    given = {"DATABASE_URL": services.database_url(), "REDIS_URL": services.redis_url(), "DATA_DIR": str(data_dir)}
    return subprocess.run(
        [sys.executable, *(["manage.py", *arguments] if arguments else DOORS[door])],
        cwd=services.BASE_DIR,
        env={**os.environ, **given, **environment},
        capture_output=True,
        text=True,
        timeout=60,
    )


def refused(door, data_dir, **environment):
    """The one line that it ends with."""
    done = opened(door, data_dir, **environment)
    said = (done.stdout + done.stderr).splitlines()
    assert done.returncode != 0
    said = [line for line in said if line != "· stopped"]
    assert len(said) == 1, said
    return said[0].removeprefix("· ").removeprefix("manage.py: ")


@pytest.mark.parametrize(
    ("door", "name"),
    [  # at each door what it reads by itself, before or beside the check
        *(("run", name) for name in ("PORT", "DATA_DIR", "REDIS_URL")),
        *(("manage", name) for name in ("DATA_DIR", "DATABASE_URL", "REDIS_URL")),
        *(("gunicorn", name) for name in ("PORT", "WEB_PROCESSES", "DATABASE_URL")),
    ],
)
def test_a_wrong_setting_is_one_line(door, name, tmp_path):
    value, expected = WRONG[name]
    assert refused(door, tmp_path, **{name: value}).startswith(expected)


@pytest.mark.parametrize(
    ("name", "typed", "bounds"),
    [
        ("WEB_PROCESSES", "0", "1 to 64"),
        ("WEB_PROCESSES", "100000", "1 to 64"),
        ("WEB_THREADS", "-1", "1 to 64"),
        ("UPLOAD_MAX_MB", "0", "1 to 200"),
        ("UPLOAD_MAX_MB", "9" * 30, "1 to 200"),
        ("SESSION_MINUTES", "0", "1 to 1440"),
        ("SESSION_IDLE_MINUTES", "1441", "1 to 1440"),
        ("CONN_MAX_AGE", "１", "0 to 86400"),
    ],
)
def test_a_number_out_of_its_bounds_is_named_with_them(name, typed, bounds, monkeypatch):
    monkeypatch.setenv(name, typed)
    with pytest.raises(Unusable, match=f"^{name}={typed}: expected a number from {bounds}$"):
        demand_usable(servers=False)


@pytest.mark.parametrize(
    ("name", "typed"),
    [
        ("ROBOT_HOSTS", "http://im.example"),
        ("ROBOT_HOSTS", "im.example,*"),
        ("ROBOT_HOSTS", "10.0.0.0/8"),
        ("ROBOT_HOSTS", "im.example:0"),
        ("ROBOT_HOSTS", "im.example:65536"),
        ("ROBOT_HOSTS", "im.example:８４４３"),
        ("ROBOT_PROXY", "proxy.example:3128"),
        ("ROBOT_PROXY", "socks5://proxy.example"),
        ("ROBOT_PROXY", "http://proxy.example:65536"),
        ("SMS_GATEWAY", "/nowhere/sms.json"),
    ],
)
def test_where_robots_may_go_is_checked_at_the_start(name, typed, monkeypatch):
    monkeypatch.setenv(name, typed)
    with pytest.raises(Unusable, match=f"^{name}"):
        demand_usable(servers=False)
    monkeypatch.delenv(name)
    monkeypatch.setenv("ROBOT_HOSTS", "im.example.gov.cn:8443, 10.0.0.9,[fd00::1]:80")
    monkeypatch.setenv("ROBOT_PROXY", "http://user:word@proxy.example:3128")
    demand_usable(servers=False)


def test_addresses_that_cannot_be_read_are_noticed_at_the_start(settings):
    settings.ROOT_URLCONF = "tests.config.no_such_addresses"
    with pytest.raises(ImportError):
        preparation._prepare()


def test_a_password_that_was_changed_is_noticed_at_the_start(django_db_blocker):
    known = connection.settings_dict["PASSWORD"]
    connection.settings_dict["PASSWORD"] = "another"
    try:
        with (
            django_db_blocker.unblock(),
            pytest.raises(preparation.CannotRun, match="another password: look into that"),
        ):
            preparation.prepare_data()
    finally:
        connection.settings_dict["PASSWORD"] = known


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("name", NOBODY_THERE)
def test_a_server_that_is_not_there_is_one_line(door, name, tmp_path):
    value, expected = NOBODY_THERE[name]
    said = refused(door, tmp_path, **{name: value})
    assert said.startswith(expected)
    assert "secret" not in said


@pytest.mark.parametrize("door", ["run", "manage"])
def test_what_the_settings_refuse_is_one_line(door, tmp_path):
    done = opened(door, tmp_path, PROXIES="here")
    assert "settings: 'here' does not appear to be an IPv4 or IPv6 network" in done.stdout + done.stderr
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.django_db
def test_older_code_refuses_newer_data():
    demand_fit()
    MigrationRecorder(connection).record_applied("ratings", "9999_from_the_future")
    with pytest.raises(Unfit, match=r"newer version of this program \(it has ratings\.9999_from_the_future\)"):
        demand_fit()


@pytest.fixture(scope="module")
def made_before():
    """A database that an earlier version made: its address and what it holds."""
    with migrated_copy(f"made_before_{os.getpid()}") as url:
        with psycopg2.connect(url) as before, before.cursor() as cursor:
            cursor.execute("update django_migrations set name = '0001_initial' where name = '0001_schema'")
        before.close()
        yield url, _content(url)


@pytest.mark.parametrize("door", DOORS)
def test_data_made_before_the_present_schema_are_refused_in_one_line_and_stay(door, made_before, tmp_path):
    url, held = made_before
    done = opened(door, tmp_path, DATABASE_URL=url)
    said = done.stdout + done.stderr
    assert done.returncode != 0
    assert {line.partition("The database")[2] for line in said.splitlines() if "The database" in line} == {
        " was made before the present schema (it has accounts.0001_initial, accounts.0002_relations, "
        "accounts.0003_scope_of_followups): use the version that made it, or begin with an empty one. "
        "Nothing was changed."
    }
    assert _content(url) == held


SET_UP_AGAIN = (
    "The database was not set up to its end: run `manage.py migrate` (on given servers with DATABASE_OWNER_URL)"
)


@pytest.fixture
def interrupted():
    """A database whose first ``migrate`` was killed before it gave the running system its rights."""
    with migrated_copy(f"interrupted_{os.getpid()}") as url:
        with psycopg2.connect(url) as before, before.cursor() as cursor:
            cursor.execute(f"revoke all on all tables in schema public from {settings.DATABASE_ROLE}")
        before.close()
        there = {"DATABASE_URL": services.database_url(), "DATABASE_OWNER_URL": services.database_owner_url()}
        there = {name: urlsplit(it)._replace(path=urlsplit(url).path).geturl() for name, it in there.items()}
        yield {**there, "DJANGO_SETTINGS_MODULE": "config.settings"}  # those of tests are the owner's everywhere


def test_a_first_migrate_that_was_interrupted_is_one_line_and_goes_on(interrupted, tmp_path):
    def manage(*arguments, **others):
        done = opened("manage", tmp_path, arguments=arguments, **interrupted | others)
        return done.returncode, done.stderr

    as_runtime = {"DATABASE_OWNER_URL": ""}
    served = opened("gunicorn", tmp_path, **interrupted | as_runtime)
    assert served.returncode != 0
    assert SET_UP_AGAIN in served.stderr.splitlines()
    assert manage("export_head") == (1, f"manage.py: {SET_UP_AGAIN}\n")
    assert manage("migrate", **as_runtime) == (1, f"manage.py: {SET_UP_AGAIN}\n")
    assert manage("migrate", "--verbosity=0") == (0, "")
    assert manage("check_integrity") == (0, "")


@pytest.mark.django_db
def test_a_database_that_lacks_a_migration_is_not_served():
    demand_fit()
    MigrationRecorder(connection).record_unapplied("ratings", "0002_scheme_revisions")
    with pytest.raises(Unfit, match=r"not up to date \(it lacks ratings\.0002_scheme_revisions\): run `manage"):
        demand_fit()


@pytest.mark.django_db
def test_an_update_killed_before_its_last_step_is_not_served_and_goes_on():
    def killed(execute, sql, params, many, context):
        if "accounts_appointment" in sql:  # of ``role_rights.follow``
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    SchemaObject.objects.get(kind="migration", name="ratings.0002_scheme_revisions").delete()
    with pytest.raises(Unfit, match=re.escape(SET_UP_AGAIN)):
        demand_fit()
    schema.look()
    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(killed):
        emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    with pytest.raises(Unfit, match=re.escape(SET_UP_AGAIN)):
        demand_fit()
    schema.look()
    emit_post_migrate_signal(verbosity=0, interactive=False, db="default")
    demand_fit()


@pytest.mark.django_db(transaction=True)
def test_a_command_is_refused_before_it_writes():
    MigrationRecorder(connection).record_unapplied("ratings", "0002_scheme_revisions")
    try:
        with pytest.raises(Unfit, match=r"it lacks ratings\.0002_scheme_revisions"):
            manage.with_services(["manage.py", "open_administrator", "secadmin", "newadmin", "新管", "3306"])
    finally:
        MigrationRecorder(connection).record_applied("ratings", "0002_scheme_revisions")
    assert not User.objects.filter(username="newadmin").exists()


@pytest.mark.parametrize(
    ("name", "given", "expected"),
    [
        ("DATABASE_URL", "", "DATABASE_URL: leads through a pooler by transactions, which needs DISABLE_SERVER_SIDE"),
        ("DATABASE_URL", "1", ""),
        ("DATABASE_OWNER_URL", "1", "DATABASE_OWNER_URL: leads through a pooler, expected PostgreSQL itself"),
    ],
)
def test_a_pooler_that_lends_connections_by_the_transaction(monkeypatch, name, given, expected):
    url = services.database_owner_url()
    for other in ("DATABASE_URL", "DATABASE_OWNER_URL"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, url)
    monkeypatch.setenv("DISABLE_SERVER_SIDE_CURSORS", given)
    lent = psycopg2.connect(url, connection_factory=Lent)
    monkeypatch.setattr(psycopg2, "connect", lambda **_given: lent)
    with pytest.raises(Unusable, match=expected) if expected else nullcontext():
        demand_usable()
    super(Lent, lent).close()


class Lent(psycopg2.extensions.connection):
    """Two clients of a pooler meet one process of the server; closed by them, it stays."""

    def close(self):
        pass


class TwoTables(Migration):
    """Its foreign key waits for the end of the transaction: Django would record it after that."""

    operations: ClassVar = [
        CreateModel("First", [("id", models.AutoField(primary_key=True))]),
        CreateModel("Second", [("first", models.OneToOneField("killed.First", models.CASCADE, primary_key=True))]),
    ]


@pytest.mark.django_db
def test_a_migration_is_kept_together_with_its_record_or_not_at_all():
    def killed_before_the_record(execute, sql, params, many, context):
        if "django_migrations" in sql:
            raise KeyboardInterrupt
        return execute(sql, params, many, context)

    def run():
        WholeExecutor(connection).apply_migration(ProjectState(), TwoTables("0001_tables", "killed"))
        return {name for name in connection.introspection.table_names() if name.startswith("killed_")}

    with pytest.raises(KeyboardInterrupt), connection.execute_wrapper(killed_before_the_record):
        run()
    assert run() == {"killed_first", "killed_second"}


def _content(url):
    """Every migration that has run, and every table with its number of rows."""
    with psycopg2.connect(url) as there, there.cursor() as cursor:
        cursor.execute("select app, name from django_migrations order by id")
        ran = cursor.fetchall()
        cursor.execute("select tablename from pg_tables where schemaname = 'public' order by 1")
        tables = [name for (name,) in cursor.fetchall()]
        cursor.execute(" union all ".join(f"select '{name}', count(*) from {name}" for name in tables))
        rows = sorted(cursor.fetchall())
    there.close()
    return ran, rows


@pytest.mark.django_db
def test_what_others_have_renamed_is_no_newer_data():
    MigrationRecorder(connection).record_applied("auth", "0007_gone_since")
    demand_fit()


@pytest.mark.django_db(transaction=True)
def test_whoever_starts_while_the_database_is_away_asks_when_it_is_back():
    where = connection.get_connection_params()
    MigrationRecorder(connection).record_applied("ratings", "9999_from_the_future")
    try:
        with connection.execute_wrapper(_away):
            demand_fit()
        connection.close()
        for _once_and_again in range(2):
            with pytest.raises(Unfit):
                connection.ensure_connection()
    finally:
        with psycopg2.connect(**where) as repair, repair.cursor() as cursor:
            cursor.execute("delete from django_migrations where name = '9999_from_the_future'")
        repair.close()
    connection.ensure_connection()


def _away(execute, sql, params, many, context):
    raise OperationalError("server closed the connection unexpectedly")


@pytest.mark.django_db(transaction=True)
def test_a_database_that_restarts_amid_the_preparation_is_waited_for(capsys, monkeypatch):
    monkeypatch.setattr("config.static_files.are_stale", lambda: False)
    failures = iter([OperationalError("terminating connection due to administrator command")])

    def away_once(execute, sql, params, many, context):
        if failure := next(failures, None):
            raise failure
        return execute(sql, params, many, context)

    with connection.execute_wrapper(away_once):
        prepare_data()
    said = capsys.readouterr().out
    assert "· the database is away, waited for: terminating connection" in said
    assert said.count("· database …") == 2
