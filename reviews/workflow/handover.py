"""When a post is handed over: a reviewer's or hearer's unfinished work passes to the successor."""

from django.db import transaction
from django.urls import reverse

from accounts.models import Appointment
from accounts.roles import ROLES
from notifications.workflow import announce
from records import audit
from reviews.appeals.appeal_rules import above
from reviews.conflicts_of_interest import hearing_conflicts
from reviews.models import Appeal, Hearer, Panel, Seat
from reviews.models.review_levels import REVIEW_LEVELS
from reviews.workflow.panels import reseat
from villages.models import below


@transaction.atomic
def pass_seats(before: Appointment, after: Appointment) -> None:
    """The successor takes the predecessor's seat, and scores what was not handed in; what was handed in still
    counts."""
    for review_level in REVIEW_LEVELS.values():
        if before.role != review_level.reviewer:
            continue
        here = Panel.objects.filter(unit=before.unit_id, stage=review_level.stage).exclude(
            seats__reviewer=after.user_id
        )
        held = here.filter(seats__reviewer=before.user_id, seats__passed_to=None).select_related("cycle", "unit")
        for panel in held.order_by("pk"):
            with audit.acting(after.appointed_by, "pass_seat"):
                panel.seats.filter(reviewer=before.user_id).update(passed_to=after.user_id)
                Seat.objects.create(panel=panel, reviewer_id=after.user_id)
                reseat(panel.cycle, panel.unit, review_level)
            about: dict[str, str | int] = {"unit": panel.unit.name, "year": panel.cycle.year}
            announce([after.user_id], "panel_seat", link=reverse("review_desk"), unit_code=panel.unit_id, **about)


@transaction.atomic
def pass_hearings(before: Appointment, after: Appointment) -> None:
    """The successor hears the open appeals in the predecessor's place, unless the post lacks the permission or a
    conflict of interest bars."""
    sits = Hearer.objects.filter(user=before.user_id, appeal__state__in=Appeal.State.UNANSWERED)
    mine = sits.filter(below(before.unit_id, "appeal__unit_id")).exclude(appeal__hearers__user=after.user_id)
    for hearer in mine.select_related("appeal__unit").order_by("pk"):
        appeal = hearer.appeal
        if above(appeal).hear not in ROLES[after.role].permissions or hearing_conflicts(appeal, [after.user_id]):
            continue
        with audit.acting(after.appointed_by, "pass_hearing"):
            hearer.delete()
            Hearer.objects.create(appeal=appeal, user_id=after.user_id)
        link = reverse("review_appeal", args=[appeal.pk])
        announce([after.user_id], "appeal_hearer", link=link, unit_code=appeal.unit_id, unit=appeal.unit.name)
