"""Panels of the home page: apps register theirs in ``AppConfig.ready``."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from accounts.models import User

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


_panels: list[HomePanel] = []


def register(panel: HomePanel) -> None:
    """Add ``panel``; registering it again changes nothing."""
    if panel not in _panels:
        _panels.append(panel)
        _panels.sort(key=lambda one: one.order)


def panels_of(user: User) -> dict[str, list[tuple[str, dict[str, Any]]]]:
    """By column, the templates with their contexts, for this person."""
    shown: dict[str, list[tuple[str, dict[str, Any]]]] = {MAIN: [], SIDE: []}
    for panel in _panels:
        context = panel.context(user)
        if context is not None:
            shown[panel.column].append((panel.template, context))
    return shown
