"""Panels of the home page: apps register theirs in ``registrations.py``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User
from records.registry import Registry

MAIN, SIDE = "main", "side"


@dataclass(frozen=True)
class HomePanel:
    """``context(user)`` returns what ``template`` shows, with at most two SQL queries, or None: not for this person.

    The template sees ``panel`` (that context) and ``user``. ``column``: MAIN or SIDE; smaller ``order`` first.
    """

    template: str
    context: Callable[[User], dict[str, Any] | None]
    column: str = MAIN
    order: int = 50


_panels = Registry[HomePanel](order=lambda panel: panel.order)
register = _panels.register


def panels_of(user: User) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By column, the templates with their contexts, for this person."""
    shown: dict[str, list[tuple[str, dict[str, Any]]]] = {MAIN: [], SIDE: []}
    for panel in _panels:
        context = panel.context(user)
        if context is not None:
            shown[panel.column].append((panel.template, context))
    return shown
