"""Whether a failure is an outage: the database is away or restarting, or a disk is full."""

import errno
from collections.abc import Iterator

import psycopg2
from django.db import InterfaceError, OperationalError
from psycopg2 import errors

FULL = (errno.ENOSPC, errno.EDQUOT)
GOING = (errors.AdminShutdown, errors.CrashShutdown, errors.CannotConnectNow)
LOST = (psycopg2.OperationalError, psycopg2.InterfaceError)
"""Exactly these classes: an error about a statement has a subclass of its own."""


def disk_is_full(failure: BaseException | None) -> bool:
    """Whether we or the database could not write because the disk is full."""
    return any(
        isinstance(one, errors.DiskFull) or (isinstance(one, OSError) and one.errno in FULL) for one in _causes(failure)
    )


def database_is_away(failure: BaseException | None) -> bool:
    """Whether the database did not answer, so that the same step may succeed once it is back."""
    if not isinstance(failure, OperationalError | InterfaceError):
        return False
    cause = failure.__cause__
    return cause is None or isinstance(cause, GOING) or type(cause) in LOST


def _causes(failure: BaseException | None) -> Iterator[BaseException]:
    while failure is not None:
        yield failure
        failure = failure.__cause__
