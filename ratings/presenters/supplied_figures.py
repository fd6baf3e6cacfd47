"""What is shown beside a department's figures of one criterion: last year's, and those of other villages this year."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from django.db.models import Q, QuerySet

from ratings.models import Answer, Cycle, Scheme
from ratings.presenters.area_sections import LastYear
from ratings.scheme.spec import Criterion, Question
from ratings.scoring.outliers import outlier
from records.outliers import Odd

Key = tuple[str, str]
"""A figure's place: unit code and item."""


def answers_of(code: str) -> QuerySet[Answer]:
    """The answers to the criterion of this code, whatever its method."""
    return Answer.objects.filter(Q(item=code) | Q(item__startswith=f"{code}."))


def a_year_ago(cycle: Cycle, variants: Sequence[Criterion], codes: Iterable[str]) -> dict[Key, LastYear]:
    """Last year's answers of the units in ``codes``, where the criterion has kept its name."""
    code, name = variants[0].code, variants[0].name
    rows = answers_of(code).filter(
        application__unit__in=list(codes),
        application__cycle__year=cycle.year - 1,
        application__cycle__scheme__rates=cycle.scheme.rates,
        value__isnull=False,
    )
    given = list(rows.values_list("application__unit_id", "item", "typed", "value", "application__cycle__scheme"))
    schemes = Scheme.objects.in_bulk({scheme for *_rest, scheme in given})
    same = {pk for pk, s in schemes.items() if any((c.code, c.name) == (code, name) for c in s.spec.criteria)}
    return {(unit, item): LastYear(typed, value) for unit, item, typed, value, scheme in given if scheme in same}


class Beside:
    """``last``: last year's values of the units in ``codes``. The figures of all villages of ``cycle``, as they would
    be once the ``fresh`` ones (of this page or sheet) are saved, are the comparison for a figure without last year's.
    """

    def __init__(
        self,
        cycle: Cycle,
        variants: Sequence[Criterion],
        codes: Iterable[str],
        fresh: Mapping[Key, Decimal | None] | None = None,
    ) -> None:
        self.last = a_year_ago(cycle, variants, codes)
        rows = answers_of(variants[0].code).filter(application__cycle=cycle, value__isnull=False)
        self._now: dict[str, dict[str, Decimal | None]] = defaultdict(dict)
        for unit, item, value in rows.values_list("application__unit_id", "item", "value"):
            self._now[item][unit] = value
        for (unit, item), value in (fresh or {}).items():
            self._now[item][unit] = value

    def odd(self, unit: str, question: Question) -> Odd | None:
        """What is unusual about the unit's figure of this year."""
        there = self._now[question.item]
        last = self.last.get((unit, question.item))
        others = [value for code, value in there.items() if code != unit and value is not None]
        return outlier(question, there.get(unit), last.value if last else None, others)
