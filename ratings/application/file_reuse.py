"""The same file used for another village, year or criterion: reviewers see where (architecture §6)."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from accounts.authority import reached
from ratings.models import Evidence

VIEW = "ratings.view_application"
SHOWN = 5


def mark_reuse(evidence: Iterable[Evidence], user: Any) -> None:
    """Set ``elsewhere`` on each piece (with its file): up to five other uses of the same bytes that ``user``
    may open."""
    evidence = list(evidence)
    others = defaultdict(list)
    uses = Evidence.objects.filter(file__sha256__in={piece.file.sha256 for piece in evidence})
    for use in (
        reached(user, VIEW, uses, "application__unit_id")
        .select_related("file", "application__unit", "application__cycle")
        .order_by("-application__cycle__year", "application__unit_id", "pk")
    ):
        others[use.file.sha256].append(use)
    for piece in evidence:
        piece.elsewhere = [use for use in others[piece.file.sha256] if use.pk != piece.pk][:SHOWN]
