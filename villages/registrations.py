"""What villages registers: how its history is proved."""

from records import proof
from villages.models import Unit


def register() -> None:
    proof.prove_in_blocks(Unit)
