"""What other apps show on the page of a scheme: registered in ``registrations.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from ratings.models import Scheme
from records.registry import Registry


@dataclass(frozen=True)
class SchemePanel:
    """``context(user, scheme)``: what ``template`` shows as ``panel``, or None: not shown. For the public ``user`` is
    None."""

    template: str
    context: Callable[[Any, Scheme], dict[str, Any] | None]


_panels = Registry[SchemePanel]()
register = _panels.register


def panels_of(user: Any, scheme: Scheme) -> list[tuple[str, dict[str, Any]]]:
    """The templates with their contexts."""
    found = ((panel.template, panel.context(user, scheme)) for panel in _panels)
    return [(template, context) for template, context in found if context is not None]
