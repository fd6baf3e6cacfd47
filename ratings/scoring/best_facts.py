"""Which facts give a criterion its best points; pure.

The facts returned are possible ones: they keep the bounds of their questions, and the figure that a star line asks for.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from ratings.scheme.spec import (
    Criterion,
    FigureAtMost,
    Judged,
    Linear,
    Question,
    Tiers,
)
from ratings.scoring.methods import Facts, WrongFact, score_criterion

MANY = Decimal(10) ** 9
"""A count that reaches every limit."""
NONE, ONE = Decimal(0), Decimal(1)


@dataclass(frozen=True)
class BestFacts:
    """The points that ``facts`` (by item; a figure under the criterion's code) give."""

    points: Decimal
    facts: Facts


def best_facts(
    criterion: Criterion, *, now: Decimal | None = None, figure: Decimal | FigureAtMost | None = None, fewest: bool
) -> BestFacts | None:
    """The facts with the most points (``fewest``: of a penalty, with the fewest), of equal ones the least change.

    ``now`` is the present figure, ``figure`` the condition of a star line; None if no possible figure meets it.
    """
    if isinstance(criterion, Tiers | Linear):
        # The criterion looks at one figure, wherever that comes from.
        criterion = criterion.model_copy(update={"monthly": False, "to_mean": False, "same_as": None})
    sign = 1 if fewest else -1
    best: tuple[tuple[Decimal, Decimal], BestFacts] | None = None
    for facts in _candidates(criterion, now, figure):
        try:
            points = score_criterion(criterion, facts).points
        except WrongFact:
            continue
        rank = (sign * points, abs(facts[criterion.code] - now) if now is not None else NONE)
        if best is None or rank < best[0]:
            best = rank, BestFacts(points, facts)
    return None if best is None else best[1]


def figure_holds(wanted: Decimal | FigureAtMost | None, figure: Decimal | None) -> bool:
    """Whether ``figure`` meets the ``figures`` condition ``wanted`` of a star line (absent: not met)."""
    if wanted is None:
        return True
    if figure is None:
        return False
    return figure <= wanted.at_most if isinstance(wanted, FigureAtMost) else figure >= wanted


def _candidates(criterion: Criterion, now: Decimal | None, wanted: Decimal | FigureAtMost | None) -> Iterator[Facts]:
    if isinstance(criterion, Tiers | Linear):
        for figure in _figures(criterion, now, wanted):
            if figure_holds(wanted, figure):
                yield {criterion.code: figure}
    elif wanted is not None:
        return  # a variant without a figure never meets a condition on it
    elif isinstance(criterion, Judged):
        yield {criterion.code: criterion.max // criterion.step * criterion.step}
        yield {criterion.code: NONE}
    else:
        for extreme in (_lowest, _highest):
            yield {question.item: extreme(question) for question in criterion.questions}


def _figures(
    criterion: Tiers | Linear, now: Decimal | None, wanted: Decimal | FigureAtMost | None
) -> Iterator[Decimal]:
    """Every figure at which points or conditions change, and the whole numbers beside it."""
    bounds: list[Decimal | None] = [now, wanted.at_most if isinstance(wanted, FigureAtMost) else wanted]
    if isinstance(criterion, Tiers):
        bounds += [bound for tier in criterion.tiers for bound in (tier.at_least, tier.at_most)]
    else:
        bounds += [criterion.full_at, criterion.zero_at, criterion.gate]
    bounds += [bound for question in criterion.questions for bound in (question.least, question.most)]
    for bound in bounds:
        if bound is not None:
            yield bound
            yield bound.to_integral_value(ROUND_FLOOR)
            yield bound.to_integral_value(ROUND_CEILING)
            # Just beside it, where a tier that ends there gives way to the next.
            yield bound.to_integral_value(ROUND_FLOOR) - ONE
            yield bound.to_integral_value(ROUND_CEILING) + ONE


def _lowest(question: Question) -> Decimal:
    least = question.least or NONE
    return least.to_integral_value(ROUND_CEILING) if question.whole else least


def _highest(question: Question) -> Decimal:
    if question.kind == "tick":
        return ONE
    most = MANY if question.most is None else question.most
    return most.to_integral_value(ROUND_FLOOR) if question.whole else most
