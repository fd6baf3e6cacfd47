"""Draws that cannot be reproduced: the stored input no longer gives the stored result (``check_integrity``)."""

from collections.abc import Iterator

from records.integrity import Fault, IntegrityCheck
from reviews.models import Draw
from reviews.panels.draw import TooFew, repeat


def faults() -> Iterator[Fault]:
    for draw in Draw.objects.order_by("pk").iterator(chunk_size=500):
        try:
            again = repeat(draw.candidates, draw.rules, draw.seed)
        except (TooFew, TypeError) as wrong:
            again = [type(wrong).__name__]
        if again != draw.drawn:
            yield Fault(f"reviews_draw {draw.pk}", ", ".join(again), ", ".join(draw.drawn))


DRAWS = IntegrityCheck("draws of panels", faults)
