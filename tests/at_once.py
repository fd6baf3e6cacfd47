"""Several people, or several clicks, at the same moment: each in a thread with a database connection of its own."""

from collections.abc import Callable
from threading import Barrier, Thread
from typing import Any

from django.db import DatabaseError, connections

from records.refusals import Refused


def at_once(*steps: Callable[[], Any]) -> list[Any]:
    """Run ``steps`` in as many connections; what each came to: a result or an exception."""
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
