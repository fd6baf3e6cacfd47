"""Keeping figures from below as the answers of an application: computed whenever its points are, typed by nobody."""

from collections import defaultdict
from collections.abc import Iterable

from ratings.application import questions
from ratings.below.figures import FiguresBelow
from ratings.models import Answer, Application
from ratings.scheme.below import BELOW
from ratings.scheme.spec import Criterion, NoSingleVariant
from ratings.workflow.answers import upsert
from records.numbers import plain


def keep_figures_below(applications: Iterable[Application]) -> None:
    """Bring the answers that are computed in line with the villages, as the register knows them now.

    They belong to the step in whose course they are computed: the audit trail names its person.
    """
    applications = list(applications)
    # What an earlier version of the scheme computed goes, even where nothing is computed any more.
    kept = set(Answer.objects.filter(application__in=applications, source=BELOW).values_list("application", flat=True))
    by_cycle: dict[int, list[Application]] = defaultdict(list)
    for application in applications:
        if application.pk in kept or any(map(questions.is_computed, application.cycle.scheme.spec.criteria)):
            by_cycle[application.cycle_id].append(application)
    for of_cycle in by_cycle.values():
        _keep(of_cycle)


def _keep(applications: list[Application]) -> None:
    figures = FiguresBelow(applications[0].cycle, sorted({one.unit_id for one in applications}))
    wanted: dict[tuple[int, str], str] = {}
    computed: dict[Criterion, dict[str, str]] = {}
    for one in applications:
        for criterion in _computed(one):
            if criterion not in computed:
                computed[criterion] = {unit: plain(value) for unit, value in figures.of(criterion).items()}
            if one.unit_id in computed[criterion]:
                wanted[one.pk, criterion.code] = computed[criterion][one.unit_id]
    kept = Answer.objects.filter(application__in=applications, source=BELOW)
    there = {(answer.application_id, answer.item): answer for answer in kept}
    fresh = [
        Answer(application_id=pk, item=item, typed=text, value=text, source=BELOW)
        for (pk, item), text in wanted.items()
        if (pk, item) not in there or there[pk, item].typed != text
    ]
    upsert(fresh)
    if gone := [answer.pk for key, answer in there.items() if key not in wanted]:
        Answer.objects.filter(pk__in=gone).delete()


def _computed(application: Application) -> list[Criterion]:
    try:
        fitting = application.scheme.spec.fitting(application.tags)
    except NoSingleVariant:
        return []
    return [criterion for criterion in fitting if questions.is_computed(criterion)]
