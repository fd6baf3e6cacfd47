"""Opening a year as it was shown: the cycle, who is told, and the county's panel, all or nothing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction

from accounts.models import User
from ratings.models import Cycle, Scheme, Stage
from ratings.workflow.cycle import offered, open_cycle, planned
from records.previews import require_unchanged
from reviews.workflow.panels import convene


@dataclass(frozen=True)
class YearPlan:
    """What was chosen: ``townships`` (codes; none for the whole county), times by step, ``reviewers`` of the county
    (none: the panel is convened later)."""

    scheme: Scheme
    townships: Sequence[str]
    facts_until: date
    windows: Mapping[str, tuple[datetime, datetime]]
    meeting_minutes_required: bool
    reviewers: Sequence[User]

    @property
    def content(self) -> dict[str, Any]:
        """Everything that opening by this plan does, as the last page shows it (``records.previews``)."""
        return {
            "cycle": offered(planned(self.scheme, self.townships)),
            "facts_until": self.facts_until,
            "windows": dict(sorted(self.windows.items())),
            "minutes": self.meeting_minutes_required,
            "reviewers": sorted(reviewer.pk for reviewer in self.reviewers),
        }


@transaction.atomic
def open_year(plan: YearPlan, *, by: User, expected: Any = None) -> Cycle:
    """Open the rating of a year and seat the county's panel. Raises what ``open_cycle`` and ``convene`` raise;
    ``Outdated`` when what the page showed (``expected``, a plan's ``content``) is not what would happen."""
    scheme = plan.scheme
    if expected is not None:
        require_unchanged(expected, plan.content)
    cycle = open_cycle(
        scheme,
        facts_until=plan.facts_until,
        windows=plan.windows,
        by=by,
        townships=plan.townships,
        meeting_minutes_required=plan.meeting_minutes_required,
    )
    if plan.reviewers:
        convene(cycle, scheme.unit, Stage.COUNTY, plan.reviewers, by=by)
    return cycle
