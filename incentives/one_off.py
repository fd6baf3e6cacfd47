"""One-off awards: reward policies for the units that an app above has named, not for all units of their county."""

from collections.abc import Callable, Collection

from incentives.models import Source
from records.registry import Registry

_NAMED = Registry[Callable[[Source], Collection[str] | None]]()


def register(named: Callable[[Source], Collection[str] | None]) -> None:
    """``named(source)``: the codes of the units that ``source`` is for; None: it is no award of that app."""
    _NAMED.register(named)


def named_for(source: Source) -> Collection[str] | None:
    """The units that ``source`` is for; None for every unit of its county."""
    return next((codes for named in _NAMED if (codes := named(source)) is not None), None)
