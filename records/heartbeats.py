"""A sign of life every few seconds while a block runs, whatever its thread is doing."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Event, Thread

from django.db import Error, connection


@contextmanager
def heartbeat(beat: Callable[[], object], seconds: float) -> Iterator[None]:
    """Call ``beat``, which writes to the database, every few ``seconds`` from a thread and connection of its own."""
    over = Event()
    beats = Thread(target=_keep_beating, args=(beat, seconds, over), daemon=True)
    beats.start()
    try:
        yield
    finally:
        over.set()
        beats.join()


def _keep_beating(beat: Callable[[], object], seconds: float, over: Event) -> None:
    while not over.wait(seconds):
        try:
            beat()
        except Error:  # the database restarts; the next heartbeat follows
            connection.close()
    connection.close()
