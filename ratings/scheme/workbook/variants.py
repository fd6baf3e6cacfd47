"""How rows of other sheets name one of several criteria of the same code."""

from collections import Counter
from collections.abc import Sequence


def variant_labels(criteria: Sequence[tuple[str, Sequence[str]]]) -> list[list[str]]:
    """For each (code, tags), the tags that distinguish it from others of its code; none where the code is unique.

    Of criteria with the same tags the later ones have a number after the last.
    """
    times = Counter(code for code, _only in criteria)
    seen: Counter[tuple[str, tuple[str, ...]]] = Counter()
    labels = []
    for code, only in criteria:
        seen[code, tuple(only)] += 1
        again = seen[code, tuple(only)]
        label = list(only) if times[code] > 1 else []
        labels.append([*label, f"#{again}"] if times[code] > 1 and again > 1 else label)
    return labels
