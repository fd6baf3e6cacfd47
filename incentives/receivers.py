"""The signals that incentives receive from lower apps."""

from typing import Any

from django.db.models.expressions import RawSQL
from django.dispatch import receiver

from incentives.workflow import review_clawbacks, succession
from ratings.register.star_changes import StarChanges
from ratings.signals import stars_changed
from villages.signals import units_passed, units_settled

units_passed.connect(succession.pass_on)
units_settled.connect(succession.settle)


@receiver(stars_changed)
def review_money(changes: StarChanges, **_: Any) -> None:
    """A star that falls freezes payment and creates a proposal, in the transaction of the re-rating."""
    changed = RawSQL(f"select unit from {changes.table}", ())  # noqa: S608, S611 a name of our own
    review_clawbacks(changed, on=changes.day)
