"""What the home page shows to those who oversee a unit: the progress of this year's rating."""

from typing import Any

from django.db.models import Count

from accounts.models import User
from reports.dashboard import OUTSIDE, STAGES, current_windows, with_stage
from reports.views.dashboard import topmost
from villages.models import Unit


def progress(user: User) -> dict[str, Any] | None:
    """Counts by stage for the topmost unit; None for those who oversee nothing."""
    code = topmost(user)
    if code is None:
        return None
    unit = Unit(code=code)
    windows = list(current_windows(unit))
    counts = dict(with_stage(unit, windows).order_by().values_list("stage").annotate(units=Count("*")))
    stages = [
        {"key": key, "name": name, "count": counts.get(key, 0)}
        for key, (name, _step) in STAGES.items()
        if key not in OUTSIDE or key in counts
    ]
    return {"code": code, "year": windows[0].cycle.year if windows else None, "stages": stages}
