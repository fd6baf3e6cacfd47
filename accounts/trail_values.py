"""The audit trail's values in words: people and units by name, days and stars as people write them, codes by name."""

import json
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from functools import cache
from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext

from accounts.models import User
from accounts.templatetags.face import star_name
from records.registry import KeyedRegistry
from villages.models import Unit

Names = Callable[[set[Any]], Mapping[Any, str]]
_codes = KeyedRegistry[tuple[str, str], Names]()


def name_codes(tracked: type[models.Model], column: str, names: Names) -> None:
    """What the codes in a column of a tracked table are called. Called in the ``registrations.py`` of its app."""
    _codes.register({(tracked._meta.label_lower, column): names})


def _people(ids: set[Any]) -> Mapping[Any, str]:
    return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))


def _units(codes: set[Any]) -> Mapping[Any, str]:
    return {code: f"{name} {code}" for code, name in Unit.objects.filter(pk__in=codes).values_list("pk", "name")}


_RELATED: dict[Any, Names] = {User: _people, Unit: _units}


class ValueWords:
    """The words for the values of some rows of the trail, and for these ``people`` (ids) and ``units`` (codes): names
    are read once for all of them."""

    def __init__(
        self,
        rows: Iterable[tuple[type[models.Model], Mapping[str, Any]]],
        people: Iterable[int] = (),
        units: Iterable[str] = (),
    ) -> None:
        wanted: dict[Names, set[Any]] = {_people: set(people), _units: set(units)}
        for model, row in rows:
            for column, names in _named(model):
                if (value := row.get(column)) not in (None, ""):
                    wanted.setdefault(names, set()).update(value if isinstance(value, list) else [value])
        self._known = {names: names(values) for names, values in wanted.items()}
        self._choices: dict[models.Field, dict[Any, str]] = {}

    def person(self, pk: int | None) -> str:
        return self._known[_people].get(pk, "")

    def unit(self, code: str) -> str:
        """Its name and code."""
        return self._known[_units].get(code, code)

    def of(self, field: models.Field, value: Any) -> Any:
        """``value`` in words; None for nothing."""
        if value is None or value == "":
            return None
        if names := _names(field):
            known = self._known.get(names, {})
            return _in_words(value, known) if isinstance(value, list) else known.get(value, value)
        if isinstance(field, models.DateTimeField):
            return date_format(timezone.localtime(datetime.fromisoformat(value)), "DATETIME_FORMAT")
        if isinstance(field, models.DateField):
            return date_format(date.fromisoformat(value), "DATE_FORMAT")
        if isinstance(value, int) and (field.name == "star" or field.name.endswith("_star")):
            return value if isinstance(value, bool) else star_name(value)
        if field not in self._choices:
            words = {choice: str(word) for choice, word in getattr(field, "base_field", field).flatchoices}
            self._choices[field] = words | {True: gettext("Yes"), False: gettext("No")}
        return _in_words(value, self._choices[field])


@cache
def _named(history: type[models.Model]) -> list[tuple[str, Names]]:
    """The columns of a history table whose values have names; the same for every row."""
    return [(field.column, names) for field in history._meta.fields if (names := _names(field))]


def _names(field: models.Field) -> Names | None:
    if field.related_model in _RELATED:
        return _RELATED[field.related_model]
    return _codes.get((field.model.pgh_tracked_model._meta.label_lower, field.name))


def _in_words(value: Any, words: Mapping[Any, str]) -> Any:
    """A list as its parts; machine-readable content (a scheme) is shown as its length."""
    if isinstance(value, str | bool):
        return words.get(value, value)
    if isinstance(value, list) and not any(isinstance(part, list | dict) for part in value):
        return gettext(", ").join(str(_in_words(part, words)) for part in value)
    if isinstance(value, list | dict):
        return length_in_words(json.dumps(value, ensure_ascii=False, default=str))
    return value


def length_in_words(content: str) -> str:
    return gettext("%d characters, kept in full") % len(content)
