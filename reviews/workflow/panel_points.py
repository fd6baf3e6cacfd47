"""A panel's points from its sheets: given with the last one, and again when the county's mean moves."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date
from decimal import Decimal

from django.utils import timezone

from ratings.models import Answer, Application, Cycle, Stage
from ratings.workflow.computed_figures import MEAN
from ratings.workflow.cycle import scored_by
from ratings.workflow.decision import PanelPoints, record_points
from reviews.models import Sheet, SheetEntry
from reviews.panels import joint_points
from reviews.panels.joint_points import Joint
from reviews.sheets.entries import entries_of
from reviews.sheets.scores import Entries, ScoreEntry, scored


def write_entries(filled: Mapping[int, Entries]) -> None:
    """Save entries by sheet (id) and item."""
    SheetEntry.objects.bulk_create(
        (
            SheetEntry(sheet_id=pk, item=item, value=entry.value, reason=entry.reason.strip())
            for pk, entries in filled.items()
            for item, entry in entries.items()
        ),
        update_conflicts=True,
        unique_fields=["sheet", "item"],
        update_fields=["value", "reason"],
        batch_size=5000,
    )


def give_points(
    applications: Mapping[int, Application], sheets: Collection[Sheet], stage: Stage, *, on: date
) -> dict[int, dict[str, Joint]]:
    """Save what the entries of ``sheets``, all that count, come to; returned by application (id) and criterion."""
    entries = entries_of([sheet.pk for sheet in sheets])
    scores = defaultdict(list)
    for sheet in sheets:
        application = applications[sheet.application_id]
        scores[application.pk].append(scored(application.scheme.spec, application.tags, entries[sheet.pk]))
    joint = {pk: joint_points.join(of) for pk, of in scores.items()}
    points = {
        pk: {code: PanelPoints(of.points, of.figure) for code, of in codes.items()} for pk, codes in joint.items()
    }
    record_points(points, stage, on=on)
    return joint


def follow_means(cycle: Cycle) -> None:
    """Put the county's means as they are kept now on the sheets that rest on others, and give their points again.

    Notes on spreads stay: the reviewers' own findings have not changed.
    """
    for stage, rows in scored_by(cycle):
        kept: dict[int, dict[str, Decimal]] = defaultdict(dict)
        means = Answer.objects.filter(application__in=rows, source=MEAN, value__isnull=False)
        for pk, item, value in means.values_list("application_id", "item", "value"):
            kept[pk][item] = value
        sheets = list(Sheet.objects.filter(application__in=kept, stage=stage, state=Sheet.State.HANDED_IN))
        entries = entries_of([sheet.pk for sheet in sheets])
        behind = {
            sheet.application_id
            for sheet in sheets
            for item, mean in kept[sheet.application_id].items()
            if item not in entries[sheet.pk] or entries[sheet.pk][item].value != mean
        }
        if not behind:
            continue
        sheets = [sheet for sheet in sheets if sheet.application_id in behind]
        write_entries({s.pk: {item: ScoreEntry(mean) for item, mean in kept[s.application_id].items()} for s in sheets})
        applications = rows.select_related("unit").in_bulk(behind)
        for application in applications.values():
            application.cycle = cycle
        give_points(applications, sheets, stage, on=timezone.localdate())
