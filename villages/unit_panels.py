"""What other apps show on a unit's page: registered in ``registrations.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.auth.models import AbstractBaseUser

from records.registry import Registry
from villages.models import Unit

MAIN, SIDE = "main", "side"


@dataclass(frozen=True)
class UnitPanel:
    """``context(user, unit)``: what ``template`` shows as ``panel``, in at most two statements, or None: not shown."""

    template: str
    context: Callable[[AbstractBaseUser, Unit], dict[str, Any] | None]
    column: str = MAIN
    order: int = 50


_panels = Registry[UnitPanel](order=lambda panel: panel.order)
register = _panels.register


def panels_of(user: AbstractBaseUser, unit: Unit) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By column, the templates with their contexts."""
    shown: dict[str, list[tuple[str, dict[str, Any]]]] = {MAIN: [], SIDE: []}
    for panel in _panels:
        context = panel.context(user, unit)
        if context is not None:
            shown[panel.column].append((panel.template, context))
    return shown
