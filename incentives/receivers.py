"""The signals that incentives receive from lower apps."""

from typing import Any

from django.db.models.expressions import RawSQL

from incentives.workflow import review_clawbacks
from ratings.register.star_changes import StarChanges


def stars_changed(changes: StarChanges, **_: Any) -> None:
    """A star that falls freezes payment and creates a proposal, in the transaction of the re-rating."""
    changed = RawSQL(f"select unit from {changes.table}", ())  # noqa: S608, S611 a name of our own
    review_clawbacks(changed, on=changes.day)
