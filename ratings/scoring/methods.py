"""Facts → points, one criterion at a time; pure (formats §1, "Methods").

``score`` is the entry point. Facts are decimals by their name in a facts file: ``1.1.a`` an item, ``1.2`` a figure or
typed points. A scoring method is one function here, in ``METHODS``, and one class in ``ratings.scheme.spec``.
"""

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext
from fractions import Fraction
from functools import cached_property, reduce

from django.utils.translation import gettext as _

from ratings.scheme.below import is_from_below
from ratings.scheme.spec import (
    Checklist,
    Count,
    CountedItem,
    Criterion,
    Deduction,
    Judged,
    Linear,
    Question,
    SchemeSpec,
    Tiers,
)
from records.numbers import plain

Facts = Mapping[str, Decimal]
CENT = Decimal("0.01")
EXACT = Context(prec=80)
"""Wide enough that no product or sum of a scheme's numbers is ever rounded."""


class WrongFact(ValueError):
    """A fact that its criterion does not accept; ``item`` names it, ``expected`` says what is accepted."""

    def __init__(self, item: str, value: Decimal, expected: str):
        super().__init__(f"{item}: {value} ({expected})")
        self.item, self.value, self.expected = item, value, expected


@dataclass(frozen=True)
class Scored:
    """Points of one criterion, exact; ``figure`` if it looks at one; ``missing`` if the fact it needs is absent."""

    points: Decimal
    figure: Decimal | None = None
    missing: bool = False

    @cached_property
    def written(self) -> str:
        return written(self.points)


def score(spec: SchemeSpec, tags: Collection[str], facts: Facts) -> dict[str, Scored]:
    """Score one unit: every criterion of ``spec`` by its code, in the order of the scheme.

    An absent count or tick is 0; an absent figure or judged criterion scores 0 and is ``missing``. Raises
    ``NoSingleVariant`` when the unit's ``tags`` fit no or several variants, ``WrongFact`` for a fact that its criterion
    does not accept.
    """
    return {criterion.code: score_criterion(criterion, facts) for criterion in spec.fitting(tags)}


def score_criterion(criterion: Criterion, facts: Facts) -> Scored:
    """Score one criterion. Raises ``WrongFact``; a figure that was computed from below is never wrong."""
    for question in () if is_from_below(criterion.supplier) else criterion.questions:
        if question.item in facts:
            check_fact(criterion, question, facts[question.item])
    with localcontext(EXACT):
        return METHODS[criterion.method](criterion, facts)


def check_fact(criterion: Criterion, question: Question, value: Decimal) -> None:
    """Raise ``WrongFact`` if ``value`` is not a valid answer to ``question`` of ``criterion``."""
    if (question.least is not None and value < question.least) or (question.most is not None and value > question.most):
        raise WrongFact(question.item, value, _between(question))
    if question.whole and value != value.to_integral_value():
        raise WrongFact(question.item, value, _("a whole number"))
    if question.kind == "tick" and value not in (0, 1):
        raise WrongFact(question.item, value, _("1 or 0"))
    if isinstance(criterion, Judged):
        if not 0 <= value <= criterion.max:
            raise WrongFact(question.item, value, _("points from 0 to %s") % criterion.max)
        if EXACT.remainder(value, criterion.step):
            raise WrongFact(question.item, value, _("points in steps of %s") % criterion.step)


def _between(question: Question) -> str:
    """The possible values, in words."""
    least, most = (None if bound is None else plain(bound) for bound in (question.least, question.most))
    if most is None:
        return _("a number of at least %s") % least
    if least is None:
        return _("a number of at most %s") % most
    return _("a number from %(least)s to %(most)s") % {"least": least, "most": most}


def judged(criterion: Judged, facts: Facts) -> Scored:
    typed = facts.get(criterion.code)
    return Scored(Decimal(0), missing=True) if typed is None else Scored(typed)


def deduction(criterion: Deduction, facts: Facts) -> Scored:
    if any(item.zeroes and _count(criterion, item, facts) > 0 for item in criterion.items):
        return Scored(Decimal(0))
    return Scored(max(Decimal(0), criterion.max - _sum(criterion, facts)))


def count(criterion: Count, facts: Facts) -> Scored:
    return Scored(min(criterion.max, _sum(criterion, facts)))


def figure_of(criterion: Tiers | Linear, facts: Facts) -> Decimal | None:
    """The figure that a criterion looks at; None if a fact that it needs is absent (formats, Extensions)."""
    given = [facts.get(item) for item in criterion.needs]
    known = [value for value in given if value is not None]
    if len(known) < len(given):
        return None
    if criterion.monthly:
        return mean(known)
    if criterion.to_mean:
        own, county = known
        return half_up(Fraction(own) * 100 / Fraction(county)) if county else None
    return known[0]


def tiers(criterion: Tiers, facts: Facts) -> Scored:
    figure = figure_of(criterion, facts)
    if figure is None:
        return Scored(Decimal(0), missing=True)
    for tier in criterion.tiers:
        if tier.holds(figure):
            return Scored(tier.points, figure)
    return Scored(Decimal(0), figure)


def linear(criterion: Linear, facts: Facts) -> Scored:
    figure = figure_of(criterion, facts)
    if figure is None:
        return Scored(Decimal(0), missing=True)
    more_is_better = criterion.full_at > criterion.zero_at
    if criterion.gate is not None and (figure < criterion.gate if more_is_better else figure > criterion.gate):
        return Scored(Decimal(0), figure)
    points = (
        Fraction(criterion.max) * Fraction(figure - criterion.zero_at) / Fraction(criterion.full_at - criterion.zero_at)
    )
    return Scored(half_up(min(Fraction(criterion.max), max(Fraction(0), points))), figure)


def checklist(criterion: Checklist, facts: Facts) -> Scored:
    ticked = [item for item in criterion.items if facts.get(criterion.item_name(item.code)) == 1]
    if criterion.all_or_nothing:
        return Scored(criterion.max if len(ticked) == len(criterion.items) else Decimal(0))
    return Scored(min(criterion.max, sum((item.points for item in ticked if item.points is not None), Decimal(0))))


METHODS: dict[str, Callable[..., Scored]] = {
    "judged": judged,
    "deduction": deduction,
    "count": count,
    "tiers": tiers,
    "linear": linear,
    "checklist": checklist,
}


def _count(criterion: Deduction | Count, item: CountedItem, facts: Facts) -> Decimal:
    return facts.get(criterion.item_name(item.code), Decimal(0))


def _sum(criterion: Deduction | Count, facts: Facts) -> Decimal:
    """The points of all its items: gained, or lost."""
    return sum((points_of(item, _count(criterion, item, facts)) for item in criterion.items), Decimal(0))


def points_of(item: CountedItem, count: Decimal) -> Decimal:
    """``per`` points for every full ``each`` of ``count`` (or every started one), ``at_most`` in all."""
    if item.per is None:
        return Decimal(0)
    steps, rest = divmod(count, item.each)
    if rest and item.step == "started":
        steps += 1
    points = item.per * steps
    return points if item.at_most is None else min(points, item.at_most)


# A panel: the points of several reviewers become one value per criterion.


def half_up(value: Fraction | Decimal, places: int = 2) -> Decimal:
    """``value`` rounded half up to so many decimals."""
    parts = Fraction(value) * 10**places
    return Decimal((parts.numerator * 2 + parts.denominator) // (parts.denominator * 2)).scaleb(-places)


def mean(points: Collection[Decimal]) -> Decimal:
    """The panel's points in a criterion: the reviewers' mean, rounded half up to two decimals."""
    return half_up(sum(map(Fraction, points), Fraction(0)) / len(points))


def lower_median(figures: Collection[Decimal]) -> Decimal:
    """The figure for a ``figures`` condition: of an even number of figures, the lower middle one."""
    return sorted(figures)[(len(figures) - 1) // 2]


def spread(points: Collection[Decimal]) -> Decimal:
    """The difference between the highest and the lowest reviewer; above the scheme's ``tolerance`` it must be
    settled."""
    return max(points) - min(points)


def exact_sum(points: Iterable[Decimal]) -> Decimal:
    """The sum, however many digits it has."""
    return reduce(EXACT.add, points, Decimal(0))


def written(points: Decimal) -> str:
    """Points as they are displayed: two decimals, half up."""
    return str(points.quantize(CENT, rounding=ROUND_HALF_UP, context=EXACT))
