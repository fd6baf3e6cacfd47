"""Whether this program may work on this database: not on the demonstration where ``DEMO`` is off, and not on data that
a newer version has migrated. Every entry point checks at its start, or as soon as the database answers."""

import pkgutil
from collections.abc import Iterable
from pathlib import Path

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management.base import CommandError
from django.db import connection
from django.db.backends.signals import connection_created
from django.db.utils import InterfaceError, OperationalError

from records.outage import database_is_away


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


def refuse_newer_data() -> None:
    """Raise ``Unfit`` if the database has a migration of ours that this version does not know."""
    from django.db.migrations.recorder import MigrationRecorder

    if unknown := unknown_migrations(MigrationRecorder(connection).applied_migrations()):
        names = ", ".join(".".join(key) for key in sorted(unknown)[:3])
        raise Unfit(f"The database belongs to a newer version of this program: it has {names}. Start that version.")


def unknown_migrations(applied: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
    """Our applied migrations, as (app, name), that this version does not know: a newer one made them."""
    unknown = {key for app in _ours() for key in applied if key[0] == app.label and key[1] not in _migrations(app)}
    if unknown:
        from django.db.migrations.loader import MigrationLoader

        loader = MigrationLoader(None, load=False)
        loader.load_disk()
        unknown -= {replaced for migration in loader.disk_migrations.values() for replaced in migration.replaces}
    return unknown


def _look() -> None:
    from reports.demonstration import guard  # models are available once Django is set up

    refuse_newer_data()
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
