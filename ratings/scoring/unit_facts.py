"""What a facts file says about a unit, and whether the scheme asks for it of a unit with such tags (formats §2)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from django.utils.translation import gettext as _

from ratings.scheme.spec import Criterion, NoSingleVariant, Question, SchemeSpec
from ratings.scoring.methods import WrongFact, check_fact
from records.wrong_rows import WrongRow

MOST_ACCEPTED = 300_000
Asked = tuple[Criterion, Question]
Asking = Mapping[str, list[Asked]]
"""Who asks for an item: the variants of its criterion."""


@dataclass
class UnitFacts:
    """What a file says about one unit: facts by item, tags, and the days on which veto items were met."""

    values: dict[str, Decimal] = field(default_factory=dict)
    tags: set[str] = field(default_factory=set)
    vetoes: set[tuple[str, date]] = field(default_factory=set)


class FactToCheck(NamedTuple):
    """``row``: its row in the file."""

    unit: str
    item: str
    value: Decimal
    row: int


class FactsCheck:
    """Checks that need a unit's tags: its variants, and the values that they accept; collects the problems.

    A unit that fits no single variant is checked against every variant, so that one pass finds all problems.
    """

    def __init__(self, spec: SchemeSpec, beside: SchemeSpec | None, asking: Asking, units: dict[str, UnitFacts]):
        self.spec, self.beside, self.asking, self.units = spec, beside, asking, units
        self.asked_beside: dict[frozenset[str], set[str]] = {}
        """By tags, what the other scheme asks of a unit."""
        self.fitting: dict[frozenset[str], tuple[Criterion, ...]] = {}
        self.accepted: set[tuple[int, str, Decimal]] = set()
        """By the criteria that fit a unit, the facts that they accept."""
        self.problems: list[WrongRow | str] = []

    def check(self, facts: Iterable[FactToCheck]) -> None:
        """Check the variants of every unit, and these facts."""
        fitting = {unit: self._fitting(unit) for unit in self.units}
        for fact in facts:
            criteria = fitting[fact.unit]
            if (id(criteria), fact.item, fact.value) not in self.accepted:
                self._check(fact, criteria)

    def _check(self, fact: FactToCheck, criteria: tuple[Criterion, ...] | None) -> None:
        asking = self.asking[fact.item]
        mine = asking if criteria is None else [a for a in asking if any(a[0] is fits for fits in criteria)]
        if not mine and self._asks_beside(fact):
            self.units[fact.unit].values.pop(fact.item, None)
        elif not mine:
            told = _("This item belongs to a variant for other units.")
            self.problems.append(WrongRow(fact.row, "item", fact.item, _("an item for this unit"), told))
        elif wrong := refusals(mine, fact.value):
            told = _("This value cannot be accepted.")
            self.problems.append(WrongRow(fact.row, "value", f"{fact.value:f}", wrong[0].expected, told))
        else:
            if len(self.accepted) >= MOST_ACCEPTED:
                self.accepted.clear()
            self.accepted.add((id(criteria), fact.item, fact.value))

    def _asks_beside(self, fact: FactToCheck) -> bool:
        if self.beside is None:
            return False
        tags = frozenset(self.units[fact.unit].tags)
        if tags not in self.asked_beside:
            self.asked_beside[tags] = asked_items(self.beside, tags)
        return fact.item in self.asked_beside[tags]

    def _fitting(self, unit: str) -> tuple[Criterion, ...] | None:
        tags = frozenset(self.units[unit].tags)
        try:
            if tags not in self.fitting:
                self.fitting[tags] = self.spec.fitting(tags)
            return self.fitting[tags]
        except NoSingleVariant as wrong:
            self.problems.append(
                _("Unit %(unit)s: %(fitting)s variants of criterion %(code)s fit it, but exactly one must.")
                % {"unit": unit, "fitting": wrong.fitting, "code": wrong.code}
            )
            return None


def asked_items(spec: SchemeSpec, tags: Collection[str] | None = None) -> set[str]:
    """The items and veto items of a scheme; of a unit with ``tags``, those of its variants."""
    criteria = spec.criteria if tags is None else [criterion for criterion in spec.criteria if criterion.fits(tags)]
    items = {question.item for criterion in criteria for question in criterion.in_file}
    return items | {veto.code for veto in spec.vetoes}


def refusals(asking: list[Asked], value: Decimal) -> list[WrongFact]:
    """Why none of the criteria accepts ``value``; nothing when one does."""
    found = []
    for criterion, question in asking:
        try:
            check_fact(criterion, question, value)
        except WrongFact as wrong:
            found.append(wrong)
        else:
            return []
    return found
