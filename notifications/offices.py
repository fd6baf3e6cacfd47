"""Where people hold office. Who is responsible for a unit is determined above this app; it is asked here."""

from collections.abc import Callable, Collection, Mapping

from records.registry import Registry

_lookup = Registry[Callable[[Collection[int]], Mapping[int, Collection[str]]]]()


def register(offices_of: Callable[[Collection[int]], Mapping[int, Collection[str]]]) -> None:
    """``offices_of``: user ids → the codes of the units on which each holds an office today."""
    _lookup.register(offices_of)


def offices_of(user_ids: Collection[int]) -> Mapping[int, Collection[str]]:
    return next(iter(_lookup))(user_ids)
