"""What apps register in their ``registrations`` for an app below them to use."""

from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")
K = TypeVar("K")
V = TypeVar("V")


class Registry(Generic[T]):
    """Items in the sequence of their registration or, with ``order``, sorted by that key."""

    def __init__(self, *, order: Callable[[T], Any] | None = None) -> None:
        self._items: list[T] = []
        self._order = order

    def register(self, *items: T) -> None:
        """Add ``items``; registering the same one again changes nothing."""
        self._items.extend(item for item in items if item not in self._items)
        if self._order:
            self._items.sort(key=self._order)

    def __iter__(self) -> Iterator[T]:
        return iter(self._items)


class KeyedRegistry(dict[K, V]):
    """Entries by key; registering a key again replaces its entry."""

    register = dict.update
