"""The check code of a star certificate (星级证书): short enough to be typed, signed so that it cannot be made up."""

import re
from base64 import b32encode

from django.utils.crypto import constant_time_compare, salted_hmac

_ALPHABET = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without I, O, 0 and 1, which are taken for each other
_BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
_SIGNATURE = 8  # characters of 5 bits each


def code_of(decision_id: int) -> str:
    """``B7-K3MX-92QF``: the decision's number, then eight characters of signature."""
    signed = _signature(decision_id)
    return f"{_written(decision_id)}-{signed[:4]}-{signed[4:]}"


def decision_of(code: str) -> int | None:
    """The decision that a code was given for, however it was typed; None if we never gave it."""
    plain = re.sub(r"[\s\-–—]", "", code).upper()
    number, signed = plain[:-_SIGNATURE], plain[-_SIGNATURE:]
    if not 0 < len(number) <= 12 or not set(plain) <= set(_ALPHABET):
        return None
    decision_id = 0
    for letter in number:
        decision_id = decision_id * 32 + _ALPHABET.index(letter)
    return decision_id if constant_time_compare(_signature(decision_id), signed) else None


def _written(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 32)
        digits = _ALPHABET[digit] + digits
    return digits


def _signature(decision_id: int) -> str:
    digest = salted_hmac("ratings.certificate", str(decision_id), algorithm="sha256").digest()
    return b32encode(digest[:5]).decode().translate(str.maketrans(_BASE32, _ALPHABET))
