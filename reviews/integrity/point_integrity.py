"""Panel points that do not follow from the score sheets handed in (``check_integrity``)."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from typing import Any

from ratings.models import Application, Points
from records.integrity import Fault, IntegrityCheck
from reviews.models import Sheet
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.panels import joint_points
from reviews.sheets.entries import entries_of
from reviews.sheets.scores import scored

NOTHING = "—"
AT_ONCE = 200


def faults() -> Iterator[Fault]:
    """Points of an application at a stage whose panel has finished, compared with the panel's sheets scored again."""
    for stage in REVIEW_LEVELS:
        of_stage = Points.objects.filter(stage=stage).order_by("application").values_list("application", flat=True)
        keys = list(of_stage.distinct())
        for start in range(0, len(keys), AT_ONCE):
            yield from _of(stage, keys[start : start + AT_ONCE])


def _of(stage: str, keys: Collection[int]) -> Iterator[Fault]:
    applications = Application.objects.select_related("cycle__scheme").in_bulk(keys)
    sheets = list(Sheet.objects.filter(application__in=keys, stage=stage, state=Sheet.State.HANDED_IN))
    entries = entries_of([sheet.pk for sheet in sheets])
    scores = defaultdict(list)
    for sheet in sheets:
        application = applications[sheet.application_id]
        scores[application.pk].append(scored(application.scheme.spec, application.tags, entries[sheet.pk]))
    stored: dict[int, dict[str, Any]] = defaultdict(dict)
    for row in Points.objects.filter(application__in=keys, stage=stage):
        stored[row.application_id][row.criterion] = row
    for pk, rows in stored.items():
        joint = joint_points.join(scores[pk]) if scores[pk] else {}
        for code in sorted({*rows, *joint}):
            expected = (joint[code].points, joint[code].figure) if code in joint else None
            sheet_points = (rows[code].points, rows[code].figure) if code in rows else None
            if expected != sheet_points:
                row = f"ratings_points {pk} {stage} {code} unit {applications[pk].unit_id}"
                yield Fault(row, _said(expected), _said(sheet_points))


def _said(of: tuple | None) -> str:
    return " ".join(str(part) for part in of if part is not None) if of else NOTHING


POINTS = IntegrityCheck("panel points", faults)
