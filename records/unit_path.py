"""The unit that a row belongs to: by its own column, or through its foreign keys (entry → sheet → …)."""

from functools import cache
from typing import Any

from django.db import models

Key = models.ForeignKey[Any, Any]
UNIT = "unit_id"


@cache
def path_to_unit(model: type[models.Model]) -> tuple[Key, ...] | None:
    """The shortest chain of foreign keys to a model with a unit; () if it has one itself, None if there is none."""
    ways: list[tuple[type[models.Model], tuple[Key, ...]]] = [(model, ())]
    seen = {model}
    for here, way in ways:
        keys = [field for field in here._meta.concrete_fields if isinstance(field, models.ForeignKey)]
        if any(key.attname == UNIT for key in keys):
            return way
        for key in keys:
            if key.related_model not in seen:
                seen.add(key.related_model)
                ways.append((key.related_model, (*way, key)))
    return None


def unit_of(model: type[models.Model], content: dict[str, Any]) -> str:
    """The unit code of a row, given as its columns; "" if it has none."""
    if UNIT in content:
        return content[UNIT] or ""
    way = path_to_unit(model)
    if not way or content.get(way[0].attname) is None:
        return ""
    rest = "__".join([*(key.name for key in way[1:]), UNIT])
    rows = way[0].related_model._default_manager.filter(pk=content[way[0].attname])
    return rows.values_list(rest, flat=True).first() or ""
