"""Whether every application in progress has an existing unit: an order withdraws or passes on all others."""

from collections.abc import Iterator

from ratings.models import Application
from records.integrity import Fault, IntegrityCheck


def application_faults() -> Iterator[Fault]:
    """Applications of dissolved units that are neither drafts nor finally decided."""
    left = Application.objects.filter(state__in=Application.State.UNDER_WAY, unit__ended__isnull=False).order_by("pk")
    for pk, state, ended in left.values_list("pk", "state", "unit__ended"):
        yield Fault(
            f"ratings_application {pk}", "withdrawn or passed on by the order", f"{state}, its unit ended {ended}"
        )


APPLICATIONS = IntegrityCheck("applications", application_faults)
