"""What somebody did in one go: the changes of one request or command together, for the page of the audit trail."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any, NamedTuple

from django.utils.formats import localize

from accounts.audit_trail import TrailChange
from accounts.deputies import signature

PLACES_NAMED = 3


class ShownChange(NamedTuple):
    """``fields``: name, before and after, as texts. ``is_changed``: the row was there before, and is still there."""

    what: str
    kind_of_change: str
    unit: str
    is_changed: bool
    fields: tuple[tuple[str, str | None, str | None], ...]


class ShownAct(NamedTuple):
    """An act as plain values, so that equal ones are rendered once (``records.kept_includes``)."""

    at: datetime
    address: str
    who: str
    office: str
    step: str
    places: tuple[str, ...]
    more_places: int
    counts: tuple[tuple[str, str, int], ...]
    reason: str
    changes: tuple[ShownChange, ...]

    @property
    def is_one_change(self) -> bool:
        return len(self.changes) == 1


@dataclass(frozen=True)
class TrailAct:
    """Changes of one act that follow one another; ``first`` says who, when, from where and why."""

    changes: list[TrailChange]

    @property
    def first(self) -> TrailChange:
        return self.changes[0]

    @property
    def places(self) -> list[str]:
        return list(dict.fromkeys(one.unit for one in self.changes if one.unit))

    @property
    def named_places(self) -> list[str]:
        return self.places[:PLACES_NAMED]

    @property
    def more_places(self) -> int:
        return len(self.places) - len(self.named_places)

    @property
    def counts(self) -> list[tuple[str, str, int]]:
        """What was changed, how, and how many rows of it."""
        counted = Counter((one.what, one.kind_of_change) for one in self.changes)
        return [(what, change, count) for (what, change), count in counted.items()]

    @property
    def shown(self) -> ShownAct:
        one = self.first
        return ShownAct(
            at=one.cursor.at,
            address=one.address,
            who=signature(one.who, one.as_deputy) if one.who else "",
            office=one.office,
            step=one.verb or one.kind_of_change,
            places=tuple(self.named_places),
            more_places=self.more_places,
            counts=tuple(self.counts),
            reason=one.reason,
            changes=tuple(map(_shown, self.changes)),
        )


def _shown(one: TrailChange) -> ShownChange:
    fields = tuple((field.name, _text(field.before), _text(field.after)) for field in one.fields)
    return ShownChange(one.what, one.kind_of_change, one.unit, not (one.is_new or one.is_gone), fields)


def _text(value: Any) -> str | None:
    return None if value is None else str(localize(value))


def acts_of(changes: Iterable[TrailChange]) -> list[TrailAct]:
    together = groupby(changes, key=lambda one: (one.act, one.verb, one.who, one.reason))
    return [TrailAct(list(same)) for _key, same in together]
