"""What the departments had answered at a given time on the lists that contain the villages of a batch (practice §3)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from reviews.models import Batch, DepartmentAnswer, DepartmentCheck, Finding, Lapse


@dataclass(frozen=True)
class AnsweredByThen:
    """One department on one list: its answer, the note that its deadline had passed, both, or neither.

    ``findings`` name villages of the batch; ``elsewhere``: how many concern other villages on the list.
    """

    department: str
    answer: DepartmentAnswer | None
    lapse: Lapse | None
    findings: Sequence[Finding]
    elsewhere: int


def answered_by_then(batch: Batch, at: datetime) -> dict[DepartmentCheck, list[AnsweredByThen]]:
    """By list, the oldest first, what each department of the scheme had answered by ``at``.

    Later corrections are ignored.
    """
    ours = set(batch.entries.values_list("decision__application", flat=True))
    lists = DepartmentCheck.objects.filter(candidates__application__in=ours).distinct().order_by("pk")
    answers = DepartmentAnswer.objects.filter(of__in=lists, at__lte=at).exclude(corrected_by__at__lte=at)
    answered = {(one.of_id, one.department): one for one in answers.select_related("by").prefetch_related("findings")}
    lapses = Lapse.objects.filter(of__in=lists, at__lte=at).select_related("by")
    lapsed = {(one.of_id, one.department): one for one in lapses}
    return {
        check: [
            _heard(name, answered.get((check.pk, name)), lapsed.get((check.pk, name)), ours)
            for name in batch.scheme.spec.departments
        ]
        for check in lists
    }


def _heard(name: str, answer: DepartmentAnswer | None, lapse: Lapse | None, ours: set[int]) -> AnsweredByThen:
    named = list(answer.findings.all()) if answer else []
    findings = [one for one in named if one.application_id in ours]
    return AnsweredByThen(name, answer, lapse, findings, len(named) - len(findings))
