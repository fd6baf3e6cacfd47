"""How pages and API find an application: within the reader's reach, with the state that the reader may know."""

from typing import Any

from django.db.models import QuerySet

from accounts.authority import reached
from accounts.prepared import asked_or_404
from ratings.application.absences import absences
from ratings.disclosure import with_shown_state
from ratings.models import Application

VIEW = "ratings.view_application"
FILL = ("ratings.fill", "ratings.fill_on_behalf")


def applications_for(user: Any) -> QuerySet[Application]:
    """Every application that ``user`` may open, with ``shown_state``."""
    return with_shown_state(reached(user, VIEW, Application.objects.all()), user)


def opened(user: Any, pk: int) -> Application:
    """The application with unit, cycle, scheme, people and the absences (``said_absent``), or 404."""
    return asked_or_404(_opened, user, pk)


def _opened(user: Any, pk: int) -> QuerySet[Application]:
    rows = applications_for(user).filter(pk=pk).annotate(said_absent=absences("pk"))
    return rows.select_related("unit", "cycle__scheme", "cycle__unit", "filled_by", "signed_by")
