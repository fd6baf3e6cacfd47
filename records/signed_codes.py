"""Check codes of certificates: a row's number and a signature, short enough to type and impossible to forge.

``purpose`` keeps the codes of one kind of certificate apart from those of another. Each app that issues certificates
registers in ``PAGES`` how its codes are found.
"""

from collections.abc import Callable

from django.conf import settings
from django.utils.crypto import constant_time_compare, salted_hmac

from records import typed_codes
from records.registry import Registry
from records.typed_codes import ALPHABET, spelled

_SIGNATURE = 8  # characters of 5 bits each

PAGES = Registry[Callable[[str], str | None]]()
"""Each gives the address of the page about a code, however it was typed; None for a code that is not its own."""


def code_of(purpose: str, number: int) -> str:
    """``B7-K3MX-92QF``: the number, then eight characters of signature."""
    signed = _signature(purpose, number)
    return f"{_written(number)}-{signed[:4]}-{signed[4:]}"


def number_of(purpose: str, code: str) -> int | None:
    """The number of a code, however it was typed; None if we never issued it."""
    plain = typed_codes.normalized(code)
    written, signed = plain[:-_SIGNATURE], plain[-_SIGNATURE:]
    if not 0 < len(written) <= 12 or not set(plain) <= set(ALPHABET):
        return None
    number = 0
    for letter in written:
        number = number * 32 + ALPHABET.index(letter)
    keys = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]  # a certificate outlives the key that signed it
    return number if any(constant_time_compare(_signature(purpose, number, key), signed) for key in keys) else None


def page_of(code: str) -> str | None:
    """The address of the page about a certificate with this code, of whichever kind."""
    return next((url for find in PAGES if (url := find(code))), None)


def _written(number: int) -> str:
    digits = ""
    while number or not digits:
        number, digit = divmod(number, 32)
        digits = ALPHABET[digit] + digits
    return digits


def _signature(purpose: str, number: int, key: str | None = None) -> str:
    digest = salted_hmac(purpose, str(number), secret=key, algorithm="sha256").digest()
    return spelled(digest, _SIGNATURE)
