"""What a rule returns, and what it may query."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from os.path import commonprefix
from typing import Any

from ratings.models import Application, Scheme
from villages.models import CODE_LENGTHS


@dataclass(frozen=True)
class Found:
    """One lead (``Lead``). ``rows``: under each lead, what its page lists; ``units``: all that it speaks of."""

    rule: str
    subject: str
    units: frozenset[str]
    rows: list[dict[str, Any]]
    measured: dict[str, Any] = field(default_factory=dict)
    unit: str | None = None
    person: int | None = None
    cases: int = 0

    @property
    def place(self) -> str:
        return common_place(self.units)

    @property
    def count(self) -> int:
        return self.cases or len(self.rows)


@dataclass(frozen=True)
class Scope:
    """Where a rule looks: the place with this code and what is below it, and the limits there."""

    code: str
    limits: Mapping[str, int]
    _schemes: dict[int, Scheme] = field(default_factory=dict, compare=False)

    def with_schemes(self, applications: Iterable[Application]) -> list[Application]:
        """The same with their schemes, each read and validated once for all of them."""
        found = list(applications)
        missing = {one.cycle.scheme_id for one in found} - self._schemes.keys()
        self._schemes.update(Scheme.objects.in_bulk(missing))
        for one in found:
            one.cycle.scheme = self._schemes[one.cycle.scheme_id]
        return found

    @property
    def within(self) -> dict[str, str]:
        """The parameters of a statement."""
        return {"code": self.code, "end": self.code + "~"}


def common_place(codes: Iterable[str]) -> str:
    """The code of the smallest place that holds all of these."""
    shared = len(commonprefix(list(codes)))
    return next(iter(codes))[: max((n for n in CODE_LENGTHS if n <= shared), default=0)]
