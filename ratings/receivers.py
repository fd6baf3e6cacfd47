"""The register's reactions to changes of what a star depends on."""

from collections.abc import Collection
from typing import Any

from ratings.models import Application
from ratings.register.rerating import rerate
from ratings.workflow.closing import close_for


def rerate_decided(sender: Any, units: Collection[str], **kwargs: Any) -> None:
    """Receives ``decisions_confirmed``: the new stars are written to the register in the same transaction."""
    rerate(list(units))


def close_what_left(sender: Any, applications: Collection[int], to: str, **kwargs: Any) -> None:
    """Receives ``applications_moved``: a unit withdrawn or rejected after the closing gets no star (practice §3)."""
    if to in Application.State.OUT_OF_THE_RUNNING:
        close_for(applications)
