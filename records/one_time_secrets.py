"""One-time secrets: shown only in the response to the step that created them.

The page that shows them carries them, signed for its reader, to the one request that makes the PDF. The server stores
only that the PDF was made.
"""

import hashlib
from typing import Any

from django.core import signing
from django.core.cache import cache

MINUTES = 15
"""How long the page may still request its PDF."""


def encrypted(secrets: Any, by: Any, *, salt: str) -> str:
    """``secrets`` (JSON) signed for ``by`` alone, for the page to carry; ``salt`` names the kind of PDF."""
    return signing.dumps([by.pk, secrets], salt=salt, compress=True)


def decrypted(text: str, by: Any, *, salt: str) -> Any:
    """The secrets, once; None if ``text`` was not issued to ``by``, has expired, or was used."""
    try:
        reader, secrets = signing.loads(text, salt=salt, max_age=60 * MINUTES)
    except signing.BadSignature:
        return None
    used = f"{salt}:{hashlib.sha256(text.encode()).hexdigest()}"
    return secrets if reader == by.pk and cache.add(used, True, 60 * MINUTES) else None
