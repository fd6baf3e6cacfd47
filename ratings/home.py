"""The village's home: where its application stands."""

from typing import Any

from accounts.models import User
from ratings import secrecy
from ratings.models import Application
from ratings.progress import steps_of
from villages.models import below_any


def progress(user: User) -> dict[str, Any] | None:
    """The latest application of the person's village with the step it is in; None for those who fill in nowhere."""
    codes = user.reach("ratings.fill")
    if not codes:
        return None
    rows = Application.objects.filter(below_any(codes, "unit_id")).select_related("unit", "cycle")
    application = secrecy.with_shown_state(rows, user).order_by("-cycle__year", "unit_id").first()
    if application is None:
        return None
    taken = secrecy.shown_steps(user, application, list(application.transitions.all()))
    return {"application": application, "track": steps_of(application, taken)}
