"""Keeping what nobody types as the answers of an application: figures from below, and the county's mean.

Both are computed whenever the points of the application are.
"""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal

from django.db.models import Count, Q, Sum

from ratings.application import questions
from ratings.below.figures import FiguresBelow
from ratings.models import Answer, Application, Cycle
from ratings.scheme.below import BELOW
from ratings.scheme.spec import Criterion, NoSingleVariant
from ratings.scoring.county_mean import county_mean, relative_to_mean
from ratings.workflow.answers import upsert
from records.numbers import plain

MEAN = "mean"
COMPUTED = (BELOW, MEAN)


def keep_computed_figures(applications: Iterable[Application]) -> None:
    """Bring the answers that are computed in line with the register and with what the units of the cycle say now.

    They belong to the step in whose course they are computed: the audit trail names its person.
    """
    applications = list(applications)
    # What an earlier version of the scheme computed goes, even where nothing is computed any more.
    there = Answer.objects.filter(application__in=applications, source__in=COMPUTED)
    kept = set(there.values_list("application", flat=True))
    by_cycle: dict[int, list[Application]] = defaultdict(list)
    for application in applications:
        if application.pk in kept or any(c.computed for c in application.cycle.scheme.spec.criteria):
            by_cycle[application.cycle_id].append(application)
    for of_cycle in by_cycle.values():
        _keep(of_cycle)


def _keep(applications: list[Application]) -> None:
    fitting = {one.pk: _computed(one) for one in applications}
    wanted = {**_from_below(applications, fitting), **_means(applications, fitting)}
    kept = Answer.objects.filter(application__in=applications, source__in=COMPUTED)
    there = {(answer.application_id, answer.item): answer for answer in kept}
    fresh = [
        Answer(application_id=pk, item=item, typed=text, value=text, source=source)
        for (pk, item), (text, source) in wanted.items()
        if (pk, item) not in there or there[pk, item].typed != text
    ]
    upsert(fresh)
    if gone := [answer.pk for key, answer in there.items() if key not in wanted]:
        Answer.objects.filter(pk__in=gone).delete()


Wanted = dict[tuple[int, str], tuple[str, str]]
"""By application and item: the figure, and its source."""


def _from_below(applications: list[Application], fitting: dict[int, list[Criterion]]) -> Wanted:
    figures = FiguresBelow(applications[0].cycle, sorted({one.unit_id for one in applications}))
    wanted: Wanted = {}
    computed: dict[Criterion, dict[str, str]] = {}
    for one in applications:
        for criterion in filter(questions.is_computed, fitting[one.pk]):
            if criterion not in computed:
                computed[criterion] = {unit: plain(value) for unit, value in figures.of(criterion).items()}
            if one.unit_id in computed[criterion]:
                wanted[one.pk, criterion.code] = computed[criterion][one.unit_id], BELOW
    return wanted


def _means(applications: list[Application], fitting: dict[int, list[Criterion]]) -> Wanted:
    means = {item: plain(mean) for item, mean in county_means(applications[0].cycle).items()}
    return {
        (one.pk, item): (means[item], MEAN)
        for one in applications
        for criterion in fitting[one.pk]
        for item in criterion.computed
        if item in means
    }


def county_means(cycle: Cycle) -> dict[str, Decimal]:
    """The means over the rated units of ``cycle``, by item: of what villages have sent and departments have given.

    An application that is rejected counts no more.
    """
    items = {code: criterion.mean_item for code, criterion in relative_to_mean(cycle.scheme.spec).items()}
    if not items:
        return {}
    given = Answer.objects.filter(application__cycle=cycle, item__in=items, value__isnull=False)
    given = given.exclude(Q(source=questions.VILLAGE) & Q(application__state=Application.State.DRAFT))
    given = given.exclude(application__state=Application.State.REJECTED)
    rows = given.order_by().values_list("item").annotate(total=Sum("value"), count=Count("pk"))
    return {items[item]: county_mean(total, count) for item, total, count in rows}


def _computed(application: Application) -> list[Criterion]:
    try:
        fitting = application.scheme.spec.fitting(application.tags)
    except NoSingleVariant:
        return []
    return [criterion for criterion in fitting if criterion.computed]
