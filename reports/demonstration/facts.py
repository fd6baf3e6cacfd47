"""Plausible facts for a village of a given quality; pure. Every village has its own weak spots.

``facts`` improve monotonically with quality (0 … 1) in every question, so that one can be found for any total.
"""

from collections.abc import Sequence
from decimal import Decimal

from ratings.scheme.spec import Checklist, Count, Criterion, Deduction, Judged, Linear, SchemeSpec, Tiers
from ratings.scoring.methods import score_criterion
from ratings.scoring.totals import running_total
from reports.demonstration.chance import chance

Facts = dict[str, Decimal]
LOWEST, HIGHEST, STEPS = 0.4, 1.0, 6
"""Where a quality is looked for, and in how many halvings: to about a point of the total."""
POINT = 0.007
"""How much quality is worth a point of the total."""


def quality_for(spec: SchemeSpec, criteria: Sequence[Criterion], lucks: dict[str, float], target: float) -> float:
    """The quality at which a unit of these ``lucks`` comes as close to ``target`` as its weak spots allow."""
    low, high = LOWEST, HIGHEST
    for _step in range(STEPS):
        middle = (low + high) / 2
        if total(spec, criteria, facts(spec, criteria, lucks, middle)) < target:
            low = middle
        else:
            high = middle
    return high


def luck_of(criteria: Sequence[Criterion], *subject: object) -> dict[str, float]:
    """How lucky a unit is in each question, from 0 to 1: its weak spots."""
    draw = chance(*subject)
    return {question.item: draw.random() for criterion in criteria for question in criterion.questions}


def facts(spec: SchemeSpec, criteria: Sequence[Criterion], lucks: dict[str, float], quality: float) -> Facts:
    """An answer to every question of ``criteria``."""
    bonus = {criterion.code for area in spec.areas if area.kind == "bonus" for criterion in area.criteria}
    found: Facts = {}
    for criterion in criteria:
        for question in criterion.questions:
            luck = lucks[question.item]
            flaw = min(1.0, max(0.0, (1 - quality) * 1.9 - luck))
            found[question.item] = answer(criterion, question.item, flaw, quality - luck, criterion.code in bonus)
    return found


def answer(criterion: Criterion, item: str, flaw: float, merit: float, bonus: bool) -> Decimal:
    """One fact; ``flaw`` from 0 (nothing wrong) to 1; ``merit`` above 0 earns a ``bonus``."""
    match criterion:
        case Judged():
            steps = int(criterion.max / criterion.step * Decimal(str(1 - 0.8 * flaw)))
            if bonus:
                steps = int(criterion.max / criterion.step * Decimal(str(max(0.0, merit - 0.3))))
            return steps * criterion.step
        case Checklist():
            return Decimal(int(flaw < 0.5))
        case Count() if bonus:
            return Decimal(int(2.4 * max(0.0, merit)))
        case Count():
            return Decimal(int(flaw > 0.9))
        case Deduction():
            loss = next(one for one in criterion.items if criterion.item_name(one.code) == item)
            if loss.zeroes:
                return Decimal(int(flaw > 0.995))
            worst = Decimal("0.7") * criterion.max / loss.per * loss.each
            return Decimal(int(worst * Decimal(str(flaw)) + Decimal("0.5")))
        case Tiers():
            first, last = criterion.tiers[0], criterion.tiers[-1]
            bounds = [tier.at_least if tier.at_least is not None else tier.at_most for tier in (first, last)]
            reach = (bounds[0] - bounds[1]) or bounds[0] / 5
            return figure(criterion, bounds[0] + reach / 5, bounds[1] - reach / 4, flaw)
        case Linear():
            return figure(criterion, criterion.full_at, criterion.zero_at, flaw * 0.9)
    raise TypeError(criterion)


def figure(criterion: Criterion, best: Decimal, worst: Decimal, flaw: float) -> Decimal:
    """A figure between ``best`` and ``worst`` with one decimal; percentages stay within 0 … 100 %."""
    value = best + (worst - best) * Decimal(str(flaw))
    if "%" in (criterion.figure or ""):
        value = min(Decimal(100), value)
    return max(Decimal(0), value).quantize(Decimal("0.1"))


def total(spec: SchemeSpec, criteria: Sequence[Criterion], of: Facts) -> Decimal:
    return running_total(spec, {criterion.code: score_criterion(criterion, of).points for criterion in criteria})


def seen_by(criteria: Sequence[Criterion], of: Facts, *subject: object) -> Facts:
    """The same facts as one reviewer sees them: typed points differ slightly here and there."""
    seen, draw = dict(of), chance(*subject)
    for criterion in criteria:
        if isinstance(criterion, Judged):
            shift = draw.choice([-1, 0, 0, 1])
            moved = seen[criterion.code] + shift * criterion.step
            seen[criterion.code] = min(criterion.max, max(Decimal(0), moved))
    return seen
