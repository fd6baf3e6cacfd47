"""Many units scored by one scheme: what units have in common is worked out once."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from decimal import Decimal
from typing import Protocol

from ratings.scheme.spec import Criterion, Question, SchemeSpec
from ratings.scoring.methods import Facts, Scored, WrongFact, check_fact, score_criterion

MOST_KNOWN = 200_000
Answers = tuple[Decimal | None, ...]
_UNSCORED = Scored(Decimal(0), missing=True)


class UnitWithFacts(Protocol):
    @property
    def tags(self) -> Collection[str]: ...

    @property
    def values(self) -> Facts: ...


class _Points(dict[Answers, Scored]):
    """The points of a criterion by the facts that it needs, worked out when they are first asked for."""

    def __init__(self, criterion: Criterion, only_answered: bool):
        super().__init__()
        self.criterion, self.needs, self.only_answered = criterion, criterion.needs, only_answered

    def __missing__(self, answers: Answers) -> Scored:
        if len(self) >= MOST_KNOWN:
            self.clear()
        if self.only_answered and None in answers:
            return _UNSCORED
        facts = {item: fact for item, fact in zip(self.needs, answers, strict=True) if fact is not None}
        self[answers] = found = score_criterion(self.criterion, facts)
        return found

    def of(self, facts: Sequence[Facts]) -> list[Scored]:
        """Those of each unit. Raises ``WrongFact``."""
        needed = [[given.get(item) for given in facts] for item in self.needs]
        return list(map(self.__getitem__, zip(*needed, strict=True)))


class ManyUnits:
    """Scores as ``ratings.scoring.methods.score`` does, criterion after criterion.

    Few units answer a criterion in a way that nobody has answered it before. ``only_answered``: a criterion has points
    if each of its facts is known, as in an application; in a facts file an absent count is 0.
    """

    def __init__(self, spec: SchemeSpec, *, only_answered: bool = False):
        self.spec = spec
        self._known = {id(criterion): _Points(criterion, only_answered) for criterion in spec.criteria}
        self._fitting: dict[frozenset[str], list[_Points]] = {}
        self._accepted: dict[tuple[int, str, Decimal], bool] = {}

    def score(self, units: Sequence[UnitWithFacts]) -> dict[str, list[Scored]]:
        """By code of the criterion, in the order of the scheme, the points of each of ``units``.

        Raises ``NoSingleVariant`` and ``WrongFact``.
        """
        alike: dict[frozenset[str], list[int]] = defaultdict(list)
        for place, unit in enumerate(units):
            alike[frozenset(unit.tags)].append(place)
        found: dict[str, list[Scored]] = {code: [_UNSCORED] * len(units) for code in self.spec.codes}
        for tags, places in alike.items():
            facts = [units[place].values for place in places]
            for points in self._of(tags):
                column = found[points.criterion.code]
                for place, scored in zip(places, points.of(facts), strict=True):
                    column[place] = scored
        return found

    def accepted(self, tags: Collection[str], facts: Facts) -> dict[str, Decimal]:
        """The facts that the scheme asks of a unit with ``tags`` and can accept. Raises ``NoSingleVariant``."""
        return {
            question.item: facts[question.item]
            for known in self._of(tags)
            for question in known.criterion.in_file
            if question.item in facts and self._accepts(known.criterion, question, facts[question.item])
        }

    def _of(self, tags: Collection[str]) -> list[_Points]:
        key = frozenset(tags)
        if key not in self._fitting:
            self._fitting[key] = [self._known[id(criterion)] for criterion in self.spec.fitting(key)]
        return self._fitting[key]

    def _accepts(self, criterion: Criterion, question: Question, value: Decimal) -> bool:
        key = (id(criterion), question.item, value)
        if key not in self._accepted:
            if len(self._accepted) >= MOST_KNOWN:
                self._accepted.clear()
            try:
                check_fact(criterion, question, value)
            except WrongFact:
                self._accepted[key] = False
            else:
                self._accepted[key] = True
        return self._accepted[key]
