"""What every door does about the demonstration at start: refuse it, loudly, where ``DEMO`` is off (design §3)."""

from django.core.management.base import CommandError

from reports.demonstration import guard
from villages.models import Unit


def refuse_where_it_is_off() -> None:
    """Raise ``SystemExit`` if the database holds the demonstration while DEMO is off."""
    try:
        guard.refuse_outside_demo()
    except CommandError as found:
        raise SystemExit(str(found)) from None


def is_wanted() -> bool:
    """Whether the database is empty, or holds a demonstration whose loading may have been cut short."""
    return guard.loaded() or not Unit.objects.exists()
