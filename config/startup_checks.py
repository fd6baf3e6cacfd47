"""Whether this program may work on this database: not on the demonstration where ``DEMO`` is off, not on data that a
version with another schema has made, and not before ``migrate`` has brought it up to date. Every entry point checks at
its start, or as soon as the database answers."""

import pkgutil
from collections.abc import Iterable
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.utils import InterfaceError, OperationalError, ProgrammingError
from psycopg2.errors import InsufficientPrivilege

from config.owner_role import as_owner
from records.outage import database_is_away

TO_DO = "run `manage.py migrate`"
INTERRUPTED = f"The database was not set up to its end: {TO_DO} (on given servers with DATABASE_OWNER_URL)"


class Unfit(Exception):
    """The program must not work on this database; the message says why."""


def demand_fit() -> None:
    """Raise ``Unfit``; while the database is down, the check runs at the first connection instead."""
    try:
        _look()
    except (OperationalError, InterfaceError) as failure:
        if not database_is_away(failure):
            raise
        connection_created.connect(_look_late)


def refuse_incompatible_data() -> None:
    """Raise ``Unfit`` if another version made the database, and this one cannot work on it. Nothing is changed."""
    with as_owner():  # nobody else may read anything until the first ``migrate`` has ended
        applied = _applied()
    _refuse_incompatible(applied)


def demand_migrated() -> None:
    """Raise ``Unfit`` if the database is empty, of an earlier version, or if its ``migrate`` was interrupted."""
    applied = _applied()
    _refuse_incompatible(applied)
    if missing := _all() - applied:
        raise Unfit(f"The database is not up to date (it lacks {_names(missing)}): {TO_DO}")
    from records import schema

    if _all() - schema.kept_migrations():
        raise Unfit(INTERRUPTED)


def _applied() -> set[tuple[str, str]]:
    from django.db.migrations.recorder import MigrationRecorder

    try:
        return set(MigrationRecorder(connection).applied_migrations())
    except ProgrammingError as failure:
        if not isinstance(failure.__cause__, InsufficientPrivilege):  # ``migrate`` gives the running system its rights
            raise
        raise Unfit(INTERRUPTED) from None


def _all() -> set[tuple[str, str]]:
    return {(app.label, name) for app in _ours() for name in _migrations(app)}


def _refuse_incompatible(applied: set[tuple[str, str]]) -> None:
    if said := incompatibility(applied):
        raise Unfit(f"The database {said}, or begin with an empty one. Nothing was changed.")


def incompatibility(applied: Iterable[tuple[str, str]]) -> str | None:
    """What keeps this version from working on data on which these migrations, as (app, name), have run."""
    applied = set(applied)
    if older := {key for app in _ours() for key in _made_before(app, applied)}:
        return f"was made before the present schema (it has {_names(older)}): use the version that made it"
    if newer := _unknown_migrations(applied):
        return f"is of a newer version of this program (it has {_names(newer)}): use that version"
    return None


def _made_before(app: AppConfig, applied: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """The migrations that ran for an app without its present first one."""
    ran = {key for key in applied if key[0] == app.label}
    return set() if (app.label, min(_migrations(app), default="")) in ran else ran


def _unknown_migrations(applied: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Those of ours that this version does not know: a newer one made them."""
    unknown = {key for app in _ours() for key in applied if key[0] == app.label and key[1] not in _migrations(app)}
    if unknown:
        from django.db.migrations.loader import MigrationLoader

        loader = MigrationLoader(None, load=False)
        loader.load_disk()
        unknown -= {replaced for migration in loader.disk_migrations.values() for replaced in migration.replaces}
    return unknown


def _names(migrations: set[tuple[str, str]]) -> str:
    return ", ".join(".".join(key) for key in sorted(migrations)[:3])


def _look() -> None:
    from reports.demonstration import guard  # models are available once Django is set up

    demand_migrated()
    try:
        guard.refuse_outside_demo()
    except CommandError as found:
        raise Unfit(str(found)) from None


def _look_late(**_: object) -> None:
    connection_created.disconnect(_look_late)
    try:
        _look()
    except BaseException:
        connection_created.connect(_look_late)
        connection.close()
        raise


def _ours() -> list[AppConfig]:
    return [app for app in apps.get_app_configs() if Path(app.path).parent == settings.BASE_DIR]


def _migrations(app: AppConfig) -> set[str]:
    folder = Path(app.path) / "migrations"
    return {name for _finder, name, _is_package in pkgutil.iter_modules([str(folder)])}
