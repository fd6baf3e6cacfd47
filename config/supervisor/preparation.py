"""What the data needs before this version of the program serves it; a restarting database is waited for."""

import re
import time
from io import StringIO

from config import services
from config.environment import one_line
from config.supervisor.console import say, step

REFUSED = re.compile("password authentication failed")
LOOK_INTO_IT = (
    "Somebody gave this role another password: look into that. Of our own PostgreSQL, "
    "remove postgresql/roles.stamp in DATA_DIR to have it set again."
)
PATIENCE_SECONDS = 300
LOOK_SECONDS = 0.5


class CannotRun(Exception):
    """The system cannot be served; the message says why."""


def prepare_data() -> None:
    """Bring the database and the static files to what this version needs; after an outage it resumes where it was."""
    from django.core.management.base import CommandError
    from django.db import DatabaseError, connection

    from config.startup_checks import Unfit
    from records.outage import database_is_away

    while True:
        try:
            _prepare()
        except (Unfit, CommandError) as refused:
            raise CannotRun(one_line(refused)) from None
        except DatabaseError as failure:
            if REFUSED.search(str(failure)):
                raise CannotRun(f"{one_line(failure)}. {LOOK_INTO_IT}") from None
            if not database_is_away(failure):
                raise
            say(f"the database is away, waited for: {one_line(failure)}")
            connection.close()
            _wait_for_database()
        else:
            return
        finally:
            connection.close()


def _prepare() -> None:
    from django.conf import settings
    from django.core.management import call_command
    from django.db import connection

    from config import demonstration, startup_checks, static_files

    # otherwise the modules imported by the URLs would be loaded only at the first request
    call_command("check", stdout=StringIO())
    with step("database"):
        startup_checks.refuse_incompatible_data()
        call_command("migrate", interactive=False, verbosity=0)
        connection.ensure_connection()  # as the running system, which would otherwise be waited for
        startup_checks.demand_fit()
    if settings.DEMO and demonstration.is_wanted():
        say("demonstration (what is there already stays)")
        call_command("load_demonstration")
    if static_files.are_stale():
        with step("static files"):
            static_files.collect()


def _wait_for_database() -> None:
    from django.db import DatabaseError, connection

    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        for said in services.renew():
            say(said)
        try:
            connection.ensure_connection()
        except DatabaseError as failure:
            if time.monotonic() > deadline:
                raise CannotRun(f"the database did not come back: {one_line(failure)}") from None
            time.sleep(LOOK_SECONDS)
        else:
            return
