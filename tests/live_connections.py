"""The database connections of the live server, kept from one request to the next as in production.

There each thread keeps its own; here a browser's threads come and go with it, and a connection for each of its requests
costs more than most requests: a new one has to read the catalogue before it can plan anything.
"""

from threading import Thread, current_thread
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper
from django.db.backends.postgresql.psycopg_any import IsolationLevel

_connect, _close = DatabaseWrapper.get_new_connection, DatabaseWrapper._close


class LiveConnections:
    """As many as requests were ever answered at the same time."""

    def __init__(self) -> None:
        self.idle: list[Any] = []

    def take(self, wrapper: DatabaseWrapper, params: dict[str, Any]) -> Any:
        wrapper.isolation_level = IsolationLevel.READ_COMMITTED
        try:
            return self.idle.pop() if serves_a_browser() else _connect(wrapper, params)
        except IndexError:
            return _connect(wrapper, params)

    def put_back(self, wrapper: DatabaseWrapper) -> None:
        opened = wrapper.connection
        if opened is not None and not opened.closed and serves_a_browser():
            opened.rollback()
            self.idle.append(opened)
        else:
            _close(wrapper)

    def close(self) -> None:
        while self.idle:
            self.idle.pop().close()


def serves_a_browser(thread: Thread | None = None) -> bool:
    return (thread or current_thread()).name.endswith("(process_request_thread)")
