"""A backup taken while people work can be restored elsewhere; whatever could go wrong is refused beforehand."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from pathlib import Path
from urllib.parse import urlsplit

import psycopg2
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import override_settings

from config import services
from config.backup import archive, database, key, taking
from records.audit import acting
from records.files import store
from records.models import StoredFile
from tests.config.processes import house
from tests.factories import UserFactory

PDF = b"%PDF-1.7\n1 0 obj\n"
OPEN_ALL = """
import hashlib, json
from django.conf import settings
from records.files import serve
from records.models import StoredFile
print(json.dumps({one.name: hashlib.sha256(b"".join(serve(one))).hexdigest() for one in StoredFile.objects.all()}))
"""


@pytest.fixture
def place():
    with house() as data_dir:
        yield data_dir.parent


@pytest.fixture(autouse=True)
def _own_files(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "files"


def save(name):
    """As a page does; once it returned, the response was "saved"."""
    with acting(None, "test"):
        user = UserFactory()
        return store(SimpleUploadedFile(f"{name}.pdf", PDF + name.encode()), by=user)


def manage(*arguments, **environment):
    kept = {k: v for k, v in os.environ.items() if k not in {"DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE"}}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=services.BASE_DIR,
        env={**kept, "DEMO": "", **environment},
        capture_output=True,
        text=True,
    )


@pytest.fixture
def empty_systems(place):
    """The environments of two elsewhere: on a server of its own, and in a given database of two roles."""
    server = psycopg2.connect(services.database_owner_url())
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute("drop database if exists restored")
        cursor.execute("create database restored")
    urls = {"DATABASE_URL": services.database_url(), "DATABASE_OWNER_URL": services.database_owner_url()}
    given = {name: urlsplit(url)._replace(path="/restored").geturl() for name, url in urls.items()}
    yield {"DATA_DIR": str(place / "data")}, given | {"DATA_DIR": str(place / "beside")}
    with server.cursor() as cursor:
        cursor.execute("drop database restored with (force)")
    server.close()


@pytest.mark.django_db(transaction=True)
def test_what_was_saved_before_a_backup_began_is_whole_in_another_place(place, empty_systems):
    saved = [save(f"before-{n}") for n in range(5)]
    over, working = threading.Event(), threading.Event()

    def work():
        n = 0
        while not over.is_set():
            save(f"meanwhile-{n}")
            n += 1
            working.set()
        connection.close()

    worker = threading.Thread(target=work)
    worker.start()
    try:
        assert working.wait(60)
        call_command("backup", str(place / "b.tar"))
        backed_up = StoredFile.objects.count()
    finally:
        over.set()
        worker.join()
    assert StoredFile.objects.count() >= backed_up > len(saved)
    assert {path.name for path in place.iterdir()} == {"b.tar", "b.tar.key"}
    assert [oct(path.stat().st_mode & 0o777) for path in place.iterdir()] == ["0o600", "0o600"]
    assert key.settings.SECRET_KEY.encode() not in (place / "b.tar").read_bytes()
    assert taking.last_taken() is not None

    for system in empty_systems:
        done = manage("restore", str(place / "b.tar"), **system)
        assert [line for line in done.stdout.splitlines()[1:] if not line.endswith(": 0 faults")] == []
        assert (done.returncode, done.stderr) == (0, "")
        assert (Path(system["DATA_DIR"]) / "secret_key").read_text() == key.settings.SECRET_KEY
    opened = json.loads(manage("shell", "--verbosity=0", "-c", OPEN_ALL, **empty_systems[0]).stdout)
    assert opened == {one.name: one.sha256 for one in StoredFile.objects.filter(name__in=opened)}
    assert {one.name for one in saved} <= set(opened)
    beside, there = (_files(system) for system in reversed(empty_systems))
    assert beside == there != set()


def _files(system):
    folder = Path(system["DATA_DIR"]) / "files"
    return {(path.relative_to(folder), path.read_bytes()) for path in folder.rglob("*") if path.is_file()}


def written(path, **changes):
    """A backup without the database's content: enough for all that is checked before."""
    manifest = archive.Manifest(
        program="0.1.0",
        taken_at="2026-01-01T00:00:00+08:00",
        server=15,
        demo=False,
        key=key.mark(key.settings.SECRET_KEY),
        migrations=["records.0001_schema"],
    )
    for name, value in changes.items():
        setattr(manifest, name, value)
    dump = path.with_name("dump")
    dump.write_bytes(b"PGDMP" * 1000)
    with archive.writing(path, manifest) as writer:
        writer.add(archive.DATABASE, dump)
        writer.add(f"files/ab/ab{'0' * 62}", dump)
    dump.unlink()
    if not key.is_given():
        key.write(key.path_beside(path))
    return path


def refused(path, **options):
    with pytest.raises(CommandError) as why:
        call_command("restore", str(path), **options)
    said = str(why.value)
    assert said.startswith("Nothing was restored: ")
    assert not key.settings.MEDIA_ROOT.exists() or list(key.settings.MEDIA_ROOT.iterdir()) == []
    return said


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("changes", "why"),
    [
        (
            {"migrations": ["records.0001_schema", "records.9999_to_come"]},
            "newer version of this program (it has records.9999_to_come)",
        ),
        ({"migrations": ["records.0001_initial"]}, "before the present schema (it has records.0001_initial)"),
        ({"server": 99}, "the backup is of PostgreSQL 99, this server is the older"),
        ({"demo": True}, "the backup holds the demonstration"),
        ({"format": "pingxing-backup/2"}, "restore it with a newer version"),
        ({"key": "0" * 64}, "is not the secret key of this backup"),
        ({}, "the database is not empty"),
    ],
)
def test_what_cannot_be_restored_is_refused(tmp_path, changes, why):
    assert why in refused(written(tmp_path / "b.tar", **changes))


@pytest.mark.django_db
@pytest.mark.parametrize("share", [0, 0.3, 0.6, 0.9])
def test_a_backup_that_was_cut_short_is_refused(tmp_path, share):
    path = written(tmp_path / "b.tar")
    content = path.read_bytes()
    end = content.rindex(b"manifest.sha256")
    path.write_bytes(content[: int(end * share)])
    assert "damaged" in refused(path)


@pytest.mark.django_db
@pytest.mark.parametrize("what", [b"PGDMP", b'"taken_at"', b"records.0001_schema", b"database.dump", b"manifest.sha"])
def test_a_byte_that_changed_is_found(tmp_path, what):
    path = written(tmp_path / "b.tar")
    content = bytearray(path.read_bytes())
    content[content.rindex(what) + 2] ^= 1
    path.write_bytes(content)
    assert "damaged" in refused(path)


@pytest.mark.django_db
def test_what_is_no_backup_is_refused(tmp_path):
    (tmp_path / "no.tar").write_text("unit,star\n")
    assert "no backup" in refused(tmp_path / "no.tar")
    assert "No such file" in refused(tmp_path / "gone.tar")


@pytest.mark.django_db
def test_without_its_key_nothing_is_restored(tmp_path):
    path = written(tmp_path / "b.tar")
    key.path_beside(path).rename(tmp_path / "elsewhere")
    assert "its secret key is needed" in refused(path)
    assert "the database is not empty" in refused(path, key=tmp_path / "elsewhere")


@pytest.mark.django_db
def test_files_that_are_there_are_never_mixed_with_others(tmp_path, monkeypatch):
    monkeypatch.setattr(database, "is_empty", lambda: True)
    path = written(tmp_path / "b.tar")
    with override_settings(MEDIA_ROOT=tmp_path), pytest.raises(CommandError, match="is not empty: choose another"):
        call_command("restore", str(path))


@pytest.mark.django_db(transaction=True)
def test_a_backup_says_which_files_were_damaged_before_and_is_whole_but_for_them(tmp_path):
    gone, cut, whole = (save(name) for name in ("gone", "cut", "whole"))
    for one, harm in ((gone, Path.unlink), (cut, lambda path: path.write_bytes(PDF))):
        harm(key.settings.MEDIA_ROOT / one.sha256[:2] / one.sha256)
    with pytest.raises(CommandError, match="whole but for 2 files"):
        call_command("backup", str(tmp_path / "b.tar"))
    manifest = archive.read(tmp_path / "b.tar")
    assert sorted(manifest.damaged) == sorted([gone.sha256, cut.sha256])
    assert manifest.members[f"files/{whole.sha256[:2]}/{whole.sha256}"]["sha256"] == whole.sha256


@pytest.mark.django_db(transaction=True)
def test_a_backup_is_never_written_over_a_file_and_one_that_failed_leaves_nothing(tmp_path, monkeypatch):
    (tmp_path / "b.tar").write_text("mine")
    with pytest.raises(CommandError, match="never written over another file"):
        call_command("backup", str(tmp_path / "b.tar"))
    (tmp_path / "b.tar").unlink()
    monkeypatch.setenv("POSTGRESQL_BIN", str(_broken(tmp_path)))
    with pytest.raises(CommandError, match="pg_dump: no such luck"):
        call_command("backup", str(tmp_path / "b.tar"))
    assert [path.name for path in tmp_path.iterdir()] == ["bin"]
    with pytest.raises(CommandError, match="No such file"):
        call_command("backup", str(tmp_path / "no/b.tar"))


@pytest.mark.django_db
def test_the_key_is_there_before_the_database_and_a_failure_brings_the_old_one_back(tmp_path, settings, monkeypatch):
    """Killed after the database came, a start without the key would make another one."""
    monkeypatch.setattr(database, "is_empty", lambda: True)
    path, folder = written(tmp_path / "b.tar"), tmp_path / "data"
    folder.mkdir()
    (folder / "secret_key").write_text("of this place")
    settings.DATA_DIR = folder
    monkeypatch.setenv("POSTGRESQL_BIN", str(_broken(tmp_path, "pg_restore", f"cp {folder}/secret_key {folder}/seen")))
    assert "pg_restore: no such luck" in refused(path)
    assert (folder / "seen").read_text() == settings.SECRET_KEY
    assert {one.name: one.read_text() for one in folder.iterdir() if one.name != "seen"} == {
        "secret_key": "of this place"
    }


def _broken(folder, name="pg_dump", first="true"):
    program = folder / "bin" / name
    program.parent.mkdir()
    program.write_text(f"#!/bin/sh\n{first}; echo no such luck >&2; exit 1\n")
    program.chmod(0o755)
    return program.parent


def test_the_mark_of_a_key_is_not_the_key():
    assert key.mark("a") != key.mark("b")
    assert hashlib.sha256(b"a").hexdigest() != key.mark("a")
