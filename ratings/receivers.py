"""What the register does when it hears that something below a star has changed."""

from collections.abc import Collection
from typing import Any

from ratings.models import Application
from ratings.register.rerating import rerate
from ratings.workflow.closing import close_for


def rerate_decided(sender: Any, units: Collection[str], **kwargs: Any) -> None:
    """Hear ``decisions_confirmed``: the new stars stand in the register in the same transaction."""
    rerate(list(units))


def close_what_left(sender: Any, applications: Collection[int], to: str, **kwargs: Any) -> None:
    """Hear ``applications_moved``: who is withdrawn or rejected after the closing gets no star (practice §3)."""
    if to in Application.State.OUT_OF_THE_RUNNING:
        close_for(applications)
