"""The signals that honours receive from lower apps."""

from collections.abc import Collection
from typing import Any

from django.dispatch import receiver

from honours.workflow import by_rule, passing
from ratings.register.star_changes import StarChanges
from ratings.signals import matters_changed, stars_changed
from villages.signals import units_passed

units_passed.connect(passing.pass_on)


@receiver(stars_changed)
def follow_stars(changes: StarChanges, **_: Any) -> None:
    """A star that falls ends nominations and withdraws titles, in the transaction of the re-rating."""
    by_rule.follow_changes(changes)


@receiver(matters_changed)
def follow_events(units: Collection[str], **_: Any) -> None:
    """An event that bars ends nominations even where it leaves the star alone."""
    by_rule.follow_units(units)
