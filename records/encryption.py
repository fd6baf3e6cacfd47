"""Secrets that we must be able to read again are stored encrypted, so that reading the database does not help."""

import base64
import hashlib
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from django.conf import settings


class Unreadable(Exception):
    """The key has changed since this was encrypted."""


def encrypt(text: str, *, purpose: str) -> str:
    """``text`` under the current key of the settings; "" stays empty. ``purpose`` separates the keys."""
    return _box(purpose).encrypt(text.encode()).decode() if text else ""


def decrypt(encrypted: str, *, purpose: str) -> str:
    """The text, under the current key or a fallback key. Raises ``Unreadable``."""
    try:
        return _box(purpose).decrypt(encrypted.encode()).decode() if encrypted else ""
    except InvalidToken:
        raise Unreadable from None


def encrypted_text(column: str, *, purpose: str) -> property:
    """A property of a model: the text that ``column`` holds encrypted. Raises ``Unreadable`` when it is read."""

    def text(row: Any) -> str:
        return decrypt(getattr(row, column), purpose=purpose)

    def keep(row: Any, text: str) -> None:
        setattr(row, column, encrypt(text, purpose=purpose))

    return property(text, keep)


def _box(purpose: str) -> MultiFernet:
    return _box_of(purpose, (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))


@lru_cache(32)
def _box_of(purpose: str, keys: tuple[str, ...]) -> MultiFernet:
    """A page of payments opens hundreds of numbers with it."""
    return MultiFernet(
        Fernet(base64.urlsafe_b64encode(hashlib.sha256(f"{purpose} {key}".encode()).digest())) for key in keys
    )
