"""Whether a start loads the demonstration data (``config.startup_checks`` refuses it where ``DEMO`` is off)."""

from reports.demonstration import guard
from villages.models import Unit


def is_wanted() -> bool:
    """Whether the database is empty, or holds a demonstration whose loading may have been interrupted."""
    return guard.loaded() or not Unit.objects.exists()
