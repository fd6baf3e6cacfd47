"""What the village changed when it answered a return: before and after, item by item (practice §3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q
from django.utils.translation import gettext as _

from ratings.models import Absence, Answer, Application, Evidence, Return, ReturnedCriterion
from ratings.scheme.spec import Criterion
from ratings.workflow.filling_rights import criteria_of

AbsenceEvent, AnswerEvent, EvidenceEvent, ReturnEvent = (
    one.pgh_event_model for one in (Absence, Answer, Evidence, Return)
)
SHOWN = 200


@dataclass(frozen=True)
class AnswerCorrection:
    """One answer: ``before`` and ``after`` as typed ("" for none)."""

    name: str
    before: str
    after: str


@dataclass(frozen=True)
class CorrectedCriterion:
    """One returned criterion with the township's reason; ``added`` and ``removed`` count files."""

    criterion: Criterion
    reason: str
    changes: list[AnswerCorrection]
    added: int
    removed: int

    @property
    def is_same(self) -> bool:
        return not (self.changes or self.added or self.removed)


def corrections(application: Application) -> list[CorrectedCriterion]:
    """The last answered return, criterion by criterion; empty when there is none. At most six queries."""
    last = Return.objects.filter(application=application, answered_at__isnull=False).order_by("-pk").first()
    return _since(application, last) if last else []


def unmended(application: Application, question: Return) -> list[str]:
    """The criteria of an open return in which neither an answer nor a file has been changed since. Five queries."""
    return [one.criterion.code for one in _since(application, question) if one.is_same]


def _since(application: Application, question: Return) -> list[CorrectedCriterion]:
    """What was changed between the return and its answer, or until now. The times are those of the audit trail, where
    every change has the same clock."""
    reasons = dict(ReturnedCriterion.objects.filter(of=question).values_list("criterion", "reason"))
    steps = ReturnEvent.objects.filter(pgh_obj=question).order_by("pgh_id").values_list("pgh_created_at", flat=True)
    sent, *back = steps
    until = back[-1] if question.answered_at and back else None
    before, after = _typed(application, sent, until)
    return compared(application, reasons, before, after, _files(application, sent, until))


def compared(
    application: Application,
    reasons: Mapping[str, str],
    before: Mapping[str, str],
    after: Mapping[str, str],
    files: Mapping[tuple[str, str], int],
) -> list[CorrectedCriterion]:
    """The returned criteria: ``reasons`` by code, typed values by item (by ``place_of`` for an absent document), files
    by code and "insert" or "delete"."""
    return [
        CorrectedCriterion(
            criterion,
            reasons[criterion.code],
            [
                AnswerCorrection(q.name or criterion.name, before.get(q.item, ""), after.get(q.item, ""))
                for q in criterion.questions
                if before.get(q.item, "") != after.get(q.item, "")
            ]
            + [
                AnswerCorrection(piece.name, before.get(place, ""), after.get(place, ""))
                for piece in criterion.evidence
                for place in [place_of(criterion.code, piece.name)]
                if before.get(place, "") != after.get(place, "")
            ],
            files.get((criterion.code, "insert"), 0),
            files.get((criterion.code, "delete"), 0),
        )
        for criterion in criteria_of(application)
        if criterion.code in reasons
    ]


def _typed(application: Application, sent: datetime, back: datetime | None) -> tuple[dict[str, str], dict[str, str]]:
    """The typed value of each item when the questions were sent, and when they came back; from the audit trail."""
    before: dict[str, str] = {}
    after: dict[str, str] = {}
    rows = AnswerEvent.objects.filter(_up_to(back), application=application).order_by("pgh_id")
    said = list(rows.values_list("item", "typed", "pgh_label", "pgh_created_at"))
    gone = AbsenceEvent.objects.filter(_up_to(back), application=application).order_by("pgh_id")
    said += [
        (place_of(criterion, name), none_words(reason), label, at)
        for criterion, name, reason, label, at in gone.values_list(
            "criterion", "name", "reason", "pgh_label", "pgh_created_at"
        )
    ]
    for item, typed, label, at in said:
        for known in (before, after) if at <= sent else (after,):
            known[item] = "" if label == "delete" else typed
    return before, after


def none_words(reason: str) -> str:
    return _("None this year: %(reason)s") % {"reason": reason}


def place_of(criterion: str, piece: str) -> str:
    """The key among the items for a document that is absent this year."""
    return f"{criterion}/{piece}"


def _up_to(back: datetime | None) -> Q:
    return Q() if back is None else Q(pgh_created_at__lte=back)


def _files(application: Application, sent: datetime, back: datetime | None) -> dict[tuple[str, str], int]:
    by_place: dict[tuple[str, str], int] = {}
    rows = EvidenceEvent.objects.filter(_up_to(back), application=application, pgh_created_at__gt=sent)
    for key in rows.values_list("criterion", "pgh_label")[:SHOWN]:
        by_place[key] = by_place.get(key, 0) + 1
    return by_place
