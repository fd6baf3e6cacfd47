"""The signals that improvement plans receive from lower apps."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from improvements.workflow import beginning, passing
from ratings.register.star_changes import StarChanges
from ratings.signals import decisions_confirmed, stars_changed
from villages.signals import units_passed

units_passed.connect(passing.pass_on)


@receiver(decisions_confirmed)
def plan_for_results(decisions: Collection[int], **_kwargs: Any) -> None:
    """Results are confirmed: weak and lowered villages get a plan, in the same transaction."""
    beginning.begin_for_results(decisions)


@receiver(stars_changed)
def plan_for_falls(changes: StarChanges, **_kwargs: Any) -> None:
    """An event lowered a star, or it was restored."""
    beginning.follow_stars(changes.moved_by_events(), changes.day)
