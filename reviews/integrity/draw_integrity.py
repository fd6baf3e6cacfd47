"""Draws that cannot be reproduced: the stored input no longer gives the stored result (``check_integrity``)."""

from collections.abc import Iterator

from records.integrity import Fault, IntegrityCheck
from reviews.models import Draw
from reviews.panels.draw import TooFew, repeat


def faults() -> Iterator[Fault]:
    for kept in Draw.objects.order_by("pk").iterator(chunk_size=500):
        try:
            again = repeat(kept.candidates, kept.rules, kept.seed)
        except (TooFew, TypeError) as wrong:
            again = [type(wrong).__name__]
        if again != kept.drawn:
            yield Fault(f"reviews_draw {kept.pk}", ", ".join(again), ", ".join(kept.drawn))


DRAWS = IntegrityCheck("draws of panels", faults)
