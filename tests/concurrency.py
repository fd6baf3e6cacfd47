"""Several people, or several clicks, at once: each in a thread with its own database connection."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import DatabaseError, connection, connections, transaction

from records.refusals import Refused


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """Run ``steps`` in as many connections; return for each its result or exception."""
    barrier, results = Barrier(len(steps)), [None] * len(steps)

    def run(place: int, step: Callable[[], Any]) -> None:
        try:
            barrier.wait(timeout=10)
            results[place] = step()
        except (Refused, DatabaseError) as error:
            results[place] = error
        finally:
            connections.close_all()

    threads = [Thread(target=run, args=pair) for pair in enumerate(steps)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return results


def stated(results: list[Any]) -> list[Any]:
    """For a comparison: instead of each exception its class, in whatever order they came."""
    return sorted((type(one) if isinstance(one, Exception) else one for one in results), key=str)


# Not everybody who waits: other workers' databases are on the same server.
WAITING = "select count(*) from pg_locks where not granted and pg_backend_pid() = any(pg_blocking_pids(pid))"


def while_it_waits(first: Callable[[], Any], second: Callable[[], Any]) -> Any:
    """Take ``first`` and, before it is committed, ``second`` on another connection; return the result of the second."""
    came_to: list[Any] = []

    def run() -> None:
        try:
            came_to.append(second())
        except (Refused, DatabaseError) as refused:
            came_to.append(refused)
        finally:
            connections.close_all()

    thread = Thread(target=run)
    with transaction.atomic():
        first()
        thread.start()
        while thread.is_alive() and not _somebody_waits():
            thread.join(0.01)
    thread.join(timeout=30)
    return came_to[0]


def _somebody_waits() -> int:
    with connection.cursor() as cursor:
        cursor.execute(WAITING)
        return cursor.fetchone()[0]
