"""Photos from the spot as pages show them: no more of each than this."""

from collections import defaultdict
from collections.abc import Iterable

Photo = dict[str, str | int]
"""What is read of a ``FieldPhoto``: ``pk``, ``criterion``, ``name`` (of its file)."""


def by_criterion(photos: Iterable[Photo]) -> dict[str, list[Photo]]:
    found = defaultdict(list)
    for photo in photos:
        found[photo["criterion"]].append(photo)
    return found
