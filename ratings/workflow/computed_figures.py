"""Keeping what nobody types as the answers of an application: figures from below, and the county's mean.

Both are computed whenever the points of the application are. The mean is settled once more where points become final,
so that all units are measured by one.
"""

from collections import defaultdict
from collections.abc import Iterable

from ratings.allowance.cycle_means import county_means
from ratings.application import questions
from ratings.below.figures import FiguresBelow
from ratings.models import Answer, Application, Cycle
from ratings.scheme.below import BELOW
from ratings.scheme.spec import Criterion, NoSingleVariant
from ratings.scoring.county_mean import relative_to_mean
from ratings.signals import means_settled
from ratings.workflow.answers import add_up, upsert
from records.numbers import plain

MEAN = "mean"
COMPUTED = (BELOW, MEAN)


def keep_computed_figures(applications: Iterable[Application]) -> None:
    """Bring the answers that are computed in line with the register and with what the units of the cycle say now.

    They belong to the step during which they are computed: the audit trail names its person.
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
    fresh = [_answer(*key, *given) for key, given in wanted.items() if key not in there or there[key].typed != given[0]]
    upsert(fresh)
    if gone := [answer.pk for key, answer in there.items() if key not in wanted]:
        Answer.objects.filter(pk__in=gone).delete()


def _answer(application: int, item: str, text: str, source: str) -> Answer:
    return Answer(application_id=application, item=item, typed=text, value=text, source=source)


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
    cycle = applications[0].cycle
    means = {item: plain(mean) for item, mean in county_means(cycle.scheme.spec, cycle.applications.all()).items()}
    return {
        (one.pk, item): (means[item], MEAN)
        for one in applications
        for criterion in fitting[one.pk]
        for item in criterion.computed
        if item in means
    }


def settle_means(cycle: Cycle) -> None:
    """Measure all applications that are not decided yet by the county's mean as it stands now, points included.

    For where points become final: when scoring is closed, and when a star is decided. A decision keeps the mean of its
    day. Applications are locked in the order of their ids: call it before locking any.
    """
    if not relative_to_mean(cycle.scheme.spec):
        return
    undecided = cycle.applications.exclude(state__in=Application.State.PAST_REVIEW)
    rows = list(undecided.select_for_update(of=("self",)).select_related("unit").order_by("pk"))
    for application in rows:
        application.cycle = cycle
    wanted = _means(rows, {one.pk: _computed(one) for one in rows}) if rows else {}
    there = Answer.objects.filter(application__in=rows, source=MEAN)
    kept = {(answer.application_id, answer.item): answer.typed for answer in there}
    moved = {key: given for key, given in wanted.items() if kept.get(key) != given[0]}
    upsert([_answer(*key, *given) for key, given in moved.items()])
    ids = {pk for pk, _item in moved}
    add_up(one for one in rows if one.pk in ids and one.self_total is not None)
    means_settled.send(sender=Cycle, cycle=cycle)


def _computed(application: Application) -> list[Criterion]:
    try:
        fitting = application.scheme.spec.fitting(application.tags)
    except NoSingleVariant:
        return []
    return [criterion for criterion in fitting if criterion.computed]
