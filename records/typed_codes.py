"""Spelling of codes that people type: only letters and digits that cannot be confused."""

import re
from base64 import b32encode
from unicodedata import normalize

ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"


def spelled(digest: bytes, length: int) -> str:
    """The first ``length`` characters of ``digest``, five bits each."""
    return b32encode(digest).decode()[:length].translate(str.maketrans(_BASE32, ALPHABET))


def normalized(typed: str) -> str:
    """A typed code normalised: lower-case and full-width letters, spaces and dashes of any kind."""
    return re.sub(r"[\W_]+", "", normalize("NFKC", typed)).upper()


def grouped(code: str) -> str:
    """``K3MX92QF7ABC`` → ``K3MX-92QF-7ABC``, grouped for reading."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))
