"""Registers triggers in linear time: for each one pgtrigger goes through all others, which was a sixth of every
process's start. Here the names taken so far are kept."""

from typing import Any, ClassVar

from pgtrigger import registry


class Registry(registry._Registry):
    """The only one of a process."""

    by_db_table: ClassVar[dict[tuple[str, str], Any]] = {}
    pg_function_names: ClassVar[set[str]] = set()

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        model, trigger = value
        self.by_db_table[model._meta.db_table, trigger.name] = trigger
        self.pg_function_names.add(trigger.get_pgid(model))


def install() -> None:
    """Before the apps are loaded: none of their triggers is registered yet."""
    if not registry._registry:
        registry._registry = Registry()
