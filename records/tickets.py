"""Lots that anyone can draw again (formats §7): from the smallest ticket up, of people and of villages alike."""

from hashlib import sha256


def ticket(seed: str, name: str) -> str:
    """The SHA-256 of ``SEED:name`` in hexadecimal; ``name`` is a user name or a division code."""
    return sha256(f"{seed}:{name}".encode()).hexdigest()
