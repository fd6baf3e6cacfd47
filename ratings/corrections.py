"""What the village changed when it answered a return: before and after, question by question (domain §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from ratings.models import Answer, Application, Evidence, Return, ReturnedCriterion
from ratings.scheme.spec import Criterion
from ratings.workflow.filling import criteria_of

AnswerEvent, EvidenceEvent, ReturnEvent = (one.pgh_event_model for one in (Answer, Evidence, Return))
SHOWN = 200


@dataclass(frozen=True)
class Correction:
    """One answer: ``before`` and ``after`` as typed ("" for none)."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class Corrected:
    """One returned criterion with the township's reason; ``added`` and ``removed`` count files."""

    criterion: Criterion
    reason: str
    changes: list[Correction]
    added: int
    removed: int

    @property
    def is_same(self) -> bool:
        return not (self.changes or self.added or self.removed)


def corrections(application: Application) -> list[Corrected]:
    """The last answered return, criterion by criterion; empty when there is none. Five statements at most.

    The times are those of the trail, which every change has from the same clock.
    """
    last = Return.objects.filter(application=application, answered_at__isnull=False).order_by("-pk").first()
    if last is None:
        return []
    reasons = dict(ReturnedCriterion.objects.filter(of=last).values_list("criterion", "reason"))
    steps = list(ReturnEvent.objects.filter(pgh_obj=last).order_by("pgh_id").values_list("pgh_created_at", flat=True))
    sent, back = steps[0], steps[-1]
    before, after = _typed(application, sent, back)
    return compared(application, reasons, before, after, _files(application, sent, back))


def compared(
    application: Application,
    reasons: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
    files: Mapping[tuple[str, str], int],
) -> list[Corrected]:
    """The returned criteria: ``reasons`` by code, what was typed by item, files by code and "insert" or "delete"."""
    return [
        Corrected(
            criterion,
            reasons[criterion.code],
            [
                Correction(q.name or criterion.name, before.get(q.item, ""), after.get(q.item, ""))
                for q in criterion.questions
                if before.get(q.item, "") != after.get(q.item, "")
            ],
            files.get((criterion.code, "insert"), 0),
            files.get((criterion.code, "delete"), 0),
        )
        for criterion in criteria_of(application)
        if criterion.code in reasons
    ]


def _typed(application: Application, sent: datetime, back: datetime) -> tuple[dict[str, str], dict[str, str]]:
    """What stood in each item when the questions were sent, and when they came back; from the trail."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    rows = AnswerEvent.objects.filter(application=application, pgh_created_at__lte=back).order_by("pgh_id")
    for item, typed, label, at in rows.values_list("item", "typed", "pgh_label", "pgh_created_at"):
        for known in (before, after) if at < sent else (after,):
            known[item] = "" if label == "delete" else typed
    return before, after


def _files(application: Application, sent: datetime, back: datetime) -> dict[tuple[str, str], int]:
    found: dict[tuple[str, str], int] = {}
    rows = EvidenceEvent.objects.filter(application=application, pgh_created_at__gte=sent, pgh_created_at__lte=back)
    for key in rows.values_list("criterion", "pgh_label")[:SHOWN]:
        found[key] = found.get(key, 0) + 1
    return found
