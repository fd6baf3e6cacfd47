"""What reviewers have entered on their sheets."""

from collections import defaultdict
from collections.abc import Collection

from reviews.models import SheetEntry
from reviews.sheets.scores import ScoreEntry


def entries_of(sheets: Collection[int]) -> dict[int, dict[str, ScoreEntry]]:
    """The entries of each sheet (by id), by item; one query."""
    by_sheet: dict[int, dict[str, ScoreEntry]] = defaultdict(dict)
    for sheet, item, value, reason in SheetEntry.objects.filter(sheet__in=sheets).values_list(
        "sheet_id", "item", "value", "reason"
    ):
        by_sheet[sheet][item] = ScoreEntry(value, reason)
    return by_sheet
