"""Whether every application in progress has an existing unit, which an order withdraws or passes on; and whether every
open return is followed up until its own deadline."""

from collections.abc import Iterator

from django.db.models import CharField, OuterRef, Subquery
from django.db.models.functions import Cast

from followups.models import FollowUp
from ratings.application.correction import FOLLOW_UP
from ratings.models import Application, Return
from records.integrity import Fault, IntegrityCheck


def application_faults() -> Iterator[Fault]:
    """Applications of dissolved units that are neither drafts nor finally decided."""
    left = Application.objects.filter(state__in=Application.State.UNDER_WAY, unit__ended__isnull=False).order_by("pk")
    for pk, state, ended in left.values_list("pk", "state", "unit__ended"):
        yield Fault(
            f"ratings_application {pk}", "withdrawn or passed on by the order", f"{state}, its unit ended {ended}"
        )
    yield from _returns_not_followed_up()


def _returns_not_followed_up() -> Iterator[Fault]:
    followed = FollowUp.objects.waiting().filter(kind=FOLLOW_UP, subject=Cast(OuterRef("pk"), CharField()))
    open_ones = Return.objects.filter(answered_at=None).annotate(followed=Subquery(followed.values("due_at")[:1]))
    for pk, due, found in open_ones.order_by("pk").values_list("pk", "due", "followed"):
        if found != due:
            yield Fault(f"ratings_return {pk}", f"a follow-up due at {due}", f"{found}" if found else "none")


APPLICATIONS = IntegrityCheck("applications", application_faults)
