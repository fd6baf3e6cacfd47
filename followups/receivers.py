"""The signals that follow-ups receive from lower apps."""

from django.dispatch import receiver

from accounts.models import Appointment
from accounts.signals import posts_handed_over
from followups.workflow import passing
from villages.signals import units_settled

units_settled.connect(passing.pass_on)


@receiver(posts_handed_over)
def hand_on(before: Appointment, after: Appointment, **_kwargs: object) -> None:
    passing.pass_to_successor(before, after)
