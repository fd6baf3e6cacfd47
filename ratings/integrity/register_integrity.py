"""Whether the stored register follows formats §3: without gaps or overlaps, and equal to a recomputation."""

from collections.abc import Iterator
from pathlib import Path

from django.db import connection
from django.utils import timezone

from ratings.register.rerating import scope_of, with_periods
from records.integrity import Fault, IntegrityCheck

_FAULTS = Path(__file__).with_suffix(".sql").read_text(encoding="utf-8")


def register_faults() -> Iterator[Fault]:
    """Every wrong period, by unit and first day."""
    periods, params = with_periods(scope_of(""), timezone.localdate())
    with connection.chunked_cursor() as cursor:
        cursor.execute(_FAULTS.replace("{source}", periods), params)
        while rows := cursor.fetchmany(2000):
            for unit, since, expected, found in rows:
                yield Fault(f"{unit} {since}", expected or "no period", found or "no period")


REGISTER = IntegrityCheck("star register", register_faults)
