"""Which panel scores which application: the group that covers its village, otherwise the panel of the whole unit."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping

from reviews.models import Panel
from reviews.models.review_levels import ReviewLevel
from villages.models import prefixes

Row = tuple[int, int, str]
"""An application: its id, its cycle's id, the code of its unit."""


def panels_of(rows: Collection[Row], review_level: ReviewLevel) -> dict[int, Panel]:
    """The panel of each application (by id) that has one, its seats prefetched; two queries."""
    convened: dict[int, list[Panel]] = defaultdict(list)
    panels = Panel.objects.filter(stage=review_level.stage, cycle__in={cycle for _pk, cycle, _unit in rows})
    for panel in panels.prefetch_related("seats").order_by("pk"):
        convened[panel.cycle_id].append(panel)
    chosen = {pk: panel_for(unit, convened[cycle]) for pk, cycle, unit in rows}
    return {pk: panel for pk, panel in chosen.items() if panel is not None}


def seated(panel: Panel) -> set[int]:
    """The ids of the reviewers who sit on the panel; without those whose post was handed over."""
    return {seat.reviewer_id for seat in panel.seats.all() if seat.passed_to_id is None}


def seats_text(reviewers: Iterable[int]) -> str:
    """Reviewers (ids) as a page sends them to the step that changes them."""
    return ",".join(map(str, sorted(reviewers)))


def formerly_seated(panel: Panel) -> dict[int, int]:
    """For seats handed over: predecessor → current reviewer (ids)."""
    passed = {seat.reviewer_id: seat.passed_to_id for seat in panel.seats.all() if seat.passed_to_id is not None}
    return {left: _last(left, passed) for left in passed}


def _last(reviewer: int, passed: Mapping[int, int]) -> int:
    seen = set()
    while reviewer in passed and reviewer not in seen:
        seen.add(reviewer)
        reviewer = passed[reviewer]
    return reviewer


def panel_for(unit: str, panels: Iterable[Panel]) -> Panel | None:
    """The one of ``panels`` of one cycle and stage that scores the unit (by code)."""
    here = [panel for panel in panels if unit.startswith(panel.unit_id)]
    above = set(prefixes(unit))
    group = next((panel for panel in here if above & set(panel.covers)), None)
    return group or next((panel for panel in here if not panel.covers), None)
