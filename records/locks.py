"""Advisory locks of the database, for what has no row to lock: every one that is taken, by name, and how to take it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from enum import IntEnum

from django.db import connection


class Lock(IntEnum):
    """The first of the two keys of a lock; the second says of what (0: of all).

    330624 is the one of the proof, taken in ``proof.sql``.
    """

    REGISTER = 330625
    """Shared by whoever re-rates few units (each by ``STARS``), held alone by whoever re-rates many."""
    STARS = 330626
    CONFIRMATION = 330628
    FOLLOW_UPS = 330629
    WARNINGS = 330630
    DAILY_REMINDERS = 330631
    DEMONSTRATION = 330632
    TRAIL_REVIEW = 330633
    LEADS = 330634
    MIGRATION = 330635


def call_of(lock: Lock, key: str = "0", *, shared: bool = False) -> str:
    """The call that waits for ``lock`` and holds it until the transaction ends, in SQL: for a trigger, too."""
    return f"pg_advisory_xact_lock{'_shared' if shared else ''}({lock.value}, {key})"


def hold(lock: Lock, of: Collection[str] | None = None, *, shared: bool = False) -> None:
    """Wait until nobody else holds ``lock`` (``of`` each of these things), and hold it until the transaction ends.

    Those who hold it ``shared`` do not wait for each other. Things are locked in one order, so that of two who lock
    several neither waits for the other.
    """
    with connection.cursor() as cursor:
        if of is None:
            cursor.execute(f"select {call_of(lock, shared=shared)}")
            return
        keys = "select distinct hashtext(name) as key from unnest(%s::text[]) as name order by key"
        call = call_of(lock, "key", shared=shared)
        cursor.execute(f"select {call} from ({keys}) as ordered", [list(of)])  # noqa: S608 our own words


def try_hold(lock: Lock) -> bool:
    """Whether nobody else holds ``lock``: then it is held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_try_advisory_xact_lock(%s, 0)", [lock.value])
        return bool(cursor.fetchone()[0])


@contextmanager
def held_across_transactions(lock: Lock) -> Iterator[None]:
    """Wait until nobody else holds ``lock``, and hold it to the end of the block, or of the process.

    It is the session's: it needs a connection of its own to the server, so behind PgBouncer it holds nothing. Long work
    of the running system holds a lease in a row instead (``records.timetable``).
    """
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_lock(%s, 0)", [lock.value])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select pg_advisory_unlock(%s, 0)", [lock.value])
