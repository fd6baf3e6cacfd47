"""Streaming rows into PostgreSQL with COPY."""

import csv
import io
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

import psycopg2


def copy_rows(cursor: Any, table: str, rows: Iterator[Iterable[Any]]) -> None:
    """Copy ``rows`` into ``table``. An exception raised while producing them is re-raised, not a database error."""
    stream = _Stream(rows)
    try:
        cursor.copy_expert(f"copy {table} from stdin (format csv)", stream)
    except psycopg2.Error:
        if stream.failure:
            raise stream.failure from None
        raise


class _Stream(io.RawIOBase):
    """Rows as a lazily produced CSV stream; an empty cell is null."""

    def __init__(self, rows: Iterator[Iterable[Any]]) -> None:
        self.rows = rows
        self.rest = b""
        self.failure: Exception | None = None

    def read(self, size: int = -1) -> bytes:
        while len(self.rest) < size and (more := self._more()):
            self.rest += more
        taken, self.rest = self.rest[:size], self.rest[size:]
        return taken

    def _more(self) -> bytes:
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        try:
            writer.writerows(islice(self.rows, 1000))
        except Exception as failure:
            self.failure = failure
            raise
        return text.getvalue().encode()
