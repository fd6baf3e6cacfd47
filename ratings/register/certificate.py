"""The check code of a star certificate (星级证书): short enough to type, signed so that it cannot be forged."""

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from records import typed_codes
from records.typed_codes import ALPHABET, spelled

_SIGNATURE = 8  # characters of 5 bits each


def code_of(decision_id: int) -> str:
    """``B7-K3MX-92QF``: the decision's number, then eight characters of signature."""
    signed = _signature(decision_id)
    return f"{_written(decision_id)}-{signed[:4]}-{signed[4:]}"


def decision_of(code: str) -> int | None:
    """The decision of a code, however it was typed; None if we never issued it."""
    plain = typed_codes.normalized(code)
    number, signed = plain[:-_SIGNATURE], plain[-_SIGNATURE:]
    if not 0 < len(number) <= 12 or not set(plain) <= set(ALPHABET):
        return None
    decision_id = 0
    for letter in number:
        decision_id = decision_id * 32 + ALPHABET.index(letter)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # a certificate outlives the key that signed it
    return decision_id if any(constant_time_compare(_signature(decision_id, key), signed) for key in keys) else None


def _written(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


def _signature(decision_id: int, key: str | None = None) -> str:
    digest = salted_hmac("ratings.certificate", str(decision_id), secret=key, algorithm="sha256").digest()
    return spelled(digest, _SIGNATURE)
