"""Many units scored by one scheme: what units have in common is worked out once."""

from collections.abc import Collection
from dataclasses import dataclass, field
from decimal import Decimal

from ratings.scheme.spec import Criterion, Question, SchemeSpec
from ratings.scoring.methods import Facts, Scored, WrongFact, check_fact, score_criterion

MOST_KNOWN = 200_000
Answers = tuple[Decimal | None, ...]


@dataclass
class _KnownCriterion:
    """The points of a criterion by the facts that it needs."""

    criterion: Criterion
    code: str = field(init=False)
    items: tuple[str, ...] = field(init=False)
    points: dict[Answers, Scored] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.code, self.items = self.criterion.code, self.criterion.needs

    def score(self, facts: Facts) -> Scored:
        """Raises ``WrongFact``."""
        answers = tuple(map(facts.get, self.items))
        found = self.points.get(answers)
        if found is None:
            if len(self.points) >= MOST_KNOWN:
                self.points.clear()
            found = self.points[answers] = score_criterion(self.criterion, facts)
        return found


class ManyUnits:
    """Scores as ``ratings.scoring.methods.score`` does, unit after unit.

    Few units answer a criterion in a way that nobody has answered it before.
    """

    def __init__(self, spec: SchemeSpec):
        self.spec = spec
        self._known = {id(criterion): _KnownCriterion(criterion) for criterion in spec.criteria}
        self._fitting: dict[frozenset[str], list[_KnownCriterion]] = {}
        self._accepted: dict[tuple[int, str, Decimal], bool] = {}

    def score(self, tags: Collection[str], facts: Facts) -> dict[str, Scored]:
        """Raises ``NoSingleVariant`` and ``WrongFact``."""
        found, fact = {}, facts.get
        for known in self._of(tags):
            scored = known.points.get(tuple(map(fact, known.items)))
            found[known.code] = known.score(facts) if scored is None else scored
        return found

    def accepted(self, tags: Collection[str], facts: Facts) -> dict[str, Decimal]:
        """The facts that the scheme asks of a unit with ``tags`` and can accept. Raises ``NoSingleVariant``."""
        return {
            question.item: facts[question.item]
            for known in self._of(tags)
            for question in known.criterion.in_file
            if question.item in facts and self._accepts(known.criterion, question, facts[question.item])
        }

    def _of(self, tags: Collection[str]) -> list[_KnownCriterion]:
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
