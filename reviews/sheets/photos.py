"""The columns of photos that pages read: no more than these."""

from collections import defaultdict
from collections.abc import Iterable

Photo = dict[str, str | int]
"""What is read of a ``FieldPhoto``: ``pk``, ``criterion``, ``name`` (of its file)."""


def by_criterion(photos: Iterable[Photo]) -> dict[str, list[Photo]]:
    grouped = defaultdict(list)
    for photo in photos:
        grouped[photo["criterion"]].append(photo)
    return grouped
