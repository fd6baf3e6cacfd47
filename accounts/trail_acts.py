"""What somebody did in one go: the changes of one request or command together, for the page of the audit trail."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from accounts.audit_trail import TrailChange

PLACES_NAMED = 3


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


def acts_of(changes: Iterable[TrailChange]) -> list[TrailAct]:
    together = groupby(changes, key=lambda one: (one.act, one.verb, one.who, one.reason))
    return [TrailAct(list(same)) for _key, same in together]
