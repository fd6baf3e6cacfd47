"""Seeded randomness: the same place and subject always draw the same, whatever was drawn before."""

import random

SEED = "Pingxing-2026"


def chance(*subject: object) -> random.Random:
    """A random generator for one subject, such as ``chance("2025", unit.code)``."""
    return random.Random(":".join(map(str, (SEED, *subject))))  # noqa: S311 (nothing secret is drawn)
