"""How codes that people type are spelled: in letters and figures that cannot be taken for each other."""

from base64 import b32encode

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def spelled(digest: bytes, length: int) -> str:
    """The first ``length`` characters, of five bits each, that ``digest`` spells."""
    return b32encode(digest).decode()[:length].translate(str.maketrans(_BASE32, ALPHABET))
