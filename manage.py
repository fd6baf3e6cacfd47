#!/usr/bin/env python
"""The door for commands: they find their database running, whoever has to start it."""

import contextlib
import os
import sys

import pghistory
from django.core.management import execute_from_command_line
from django.db import DatabaseError, ProgrammingError

from config import environment, services
from config.environment import one_line
from config.owner_role import as_owner
from config.stack_room import with_room
from config.startup_checks import Unfit, demand_migrated, refuse_incompatible_data
from records.outage import database_is_away

BY_HAND = {"shell", "dbshell"}
"""What is changed in these is no step of the system; ``check_integrity`` tells of it."""
ON_ANY_STATE = BY_HAND | {
    "backup",
    "check",
    "check_integrity",
    "diffsettings",
    "makemigrations",
    "migrate",
    "restore",
    "showmigrations",
    "sqlmigrate",
}
"""Work on a database that ``migrate`` has not brought up to date: they only read, or look after it."""
WITHOUT_SERVICES = {"help", "version", "--help", "--version", "makemessages", "compilemessages"}


def main(arguments: list[str]) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    if len(arguments) > 1 and arguments[1] not in WITHOUT_SERVICES:
        try:
            with_services(arguments)
        except (environment.Unusable, services.ServiceFailed, Unfit) as reason:
            end(str(reason), os.EX_TEMPFAIL if isinstance(reason, environment.ServerUnreachable) else 1)
        except DatabaseError as failure:
            if not database_is_away(failure):
                raise
            end(f"the database is away: {one_line(failure)}", os.EX_TEMPFAIL)
    else:
        execute_from_command_line(arguments)


def end(reason: str, code: int) -> None:
    sys.stderr.write(f"manage.py: {reason}\n")
    sys.exit(code)


def with_services(arguments: list[str]) -> None:
    environment.demand_usable()
    services.attach()
    environment.set_up_django()
    (refuse_incompatible_data if arguments[1] in ON_ANY_STATE else demand_migrated)()
    by_hand = arguments[1] in BY_HAND
    with (
        as_owner() if arguments[1] == "dbshell" else contextlib.nullcontext(),  # it looks after tables
        contextlib.nullcontext() if by_hand else pghistory.context(verb=arguments[1]),
    ):
        try:
            execute_from_command_line(arguments)
        except ProgrammingError:
            if arguments[1] != "migrate":
                demand_migrated()  # a table that is not there yet, or may not be read yet
            raise


if __name__ == "__main__":
    with_room(main, sys.argv)
