"""What units gave themselves beside what the panel gave them, as it is kept."""

from collections.abc import Iterable

from ratings.models import SelfAndPanel


def self_and_panel(applications: Iterable[int]) -> dict[int, SelfAndPanel]:
    """By key of the application; those where nothing compares are left out."""
    return SelfAndPanel.objects.in_bulk(list(applications))
