"""What our own log says: faults, without the values of the rows that they are about."""

import logging
import re

from records.outage import database_is_away

# psycopg's "Key (username)=(…) already exists." and "Failing row contains (…).", as text and within a ``repr``.
VALUES = re.compile(r"(?:\\n|\n)(?:DETAIL|CONTEXT): .*?(?=\\n|\n|$)")


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return VALUES.sub("", super().format(record))


def shorten_outages(record: logging.LogRecord) -> bool:
    """One line for each request that met no database, rather than a traceback."""
    if record.exc_info and database_is_away(record.exc_info[1]):
        record.exc_info = record.exc_text = None
        record.msg = f"{record.msg} (the database is away)"
    return True
