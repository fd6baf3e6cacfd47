"""What we log: errors, without the values of the rows concerned; as text, or one JSON object a line."""

import logging
import os
import re
from typing import Any

from pythonjsonlogger.json import JsonFormatter

from config import request_ids
from records.outage import database_is_away

# psycopg's "Key (username)=(…) already exists." and "Failing row contains (…).", as text and within a ``repr``.
VALUES = re.compile(r"(?:\\n|\n)(?:DETAIL|CONTEXT): .*?(?=\\n|\n|$)")
FORMATS = ("plain", "json")
FIELDS = ("at", "level", "logger", "request_id", "message", "exc_info", "stack_info", "status_code")
"""What a line may hold: whatever else a library adds to a record (a request, the arguments of a task) is a person's."""


class Formatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return VALUES.sub("", super().format(record))


class LineFormatter(JsonFormatter):
    def __init__(self) -> None:
        super().__init__(
            "{levelname}{name}{request_id}{message}",
            style="{",
            timestamp="at",
            rename_fields={"levelname": "level", "name": "logger"},
            json_ensure_ascii=False,
        )

    def process_log_record(self, log_data: dict[str, Any]) -> dict[str, Any]:
        kept = {name: log_data[name] for name in FIELDS if log_data.get(name)}
        return {name: VALUES.sub("", said) if isinstance(said, str) else said for name, said in kept.items()}


def shorten_outages(record: logging.LogRecord) -> bool:
    """Log one line for each request that could not reach the database, rather than a traceback."""
    if record.exc_info and database_is_away(record.exc_info[1]):
        record.exc_info = record.exc_text = None
        record.msg = f"{record.msg} (the database is away)"
    return True


def name_request(record: logging.LogRecord) -> bool:
    record.request_id = request_ids.current() or "-"
    return True


def configured(**loggers: dict) -> dict:
    """The ``dictConfig`` of every process, with the loggers that it overrides; ``LOG_FORMAT`` sets the format."""
    plain = "{asctime} {levelname} {name} {request_id}: {message}"
    filters = {"outages": shorten_outages, "request": name_request}
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "plain": {"()": "config.logs.Formatter", "format": plain, "style": "{"},
            "json": {"()": "config.logs.LineFormatter"},
        },
        "filters": {name: {"()": "django.utils.log.CallbackFilter", "callback": one} for name, one in filters.items()},
        "handlers": {
            "stderr": {
                "class": "logging.StreamHandler",
                "formatter": os.environ.get("LOG_FORMAT") or "plain",
                "filters": [*filters],
            }
        },
        "root": {"handlers": ["stderr"], "level": os.environ.get("LOG_LEVEL") or "WARNING"},
        "loggers": loggers,
    }
