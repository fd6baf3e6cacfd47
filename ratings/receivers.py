"""What the register does when it hears that something below a star has changed."""

from collections.abc import Collection
from typing import Any

from ratings.register import rerate


def rerate_decided(sender: Any, units: Collection[str], **kwargs: Any) -> None:
    """Hear ``decisions_confirmed``: the new stars stand in the register in the same transaction."""
    rerate(list(units))
