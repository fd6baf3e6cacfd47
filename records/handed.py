"""Secrets handed over once: they stand in the answer to the step that made them, and nowhere else.

The page that shows them carries them, signed for its reader, to the one request that sets the paper. Nothing is kept on
this side but that the paper was made.
"""

import hashlib
from typing import Any

from django.core import signing
from django.core.cache import cache

MINUTES = 15
"""How long a page may still ask for its paper."""


def sealed(secrets: Any, by: Any, *, salt: str) -> str:
    """``secrets`` (JSON) as the page carries them, for ``by`` alone; ``salt`` names the kind of paper."""
    return signing.dumps([by.pk, secrets], salt=salt, compress=True)


def unsealed(text: str, by: Any, *, salt: str) -> Any:
    """The secrets, once; None if ``text`` is not what we gave ``by``, is too old, or was used."""
    try:
        reader, secrets = signing.loads(text, salt=salt, max_age=60 * MINUTES)
    except signing.BadSignature:
        return None
    used = f"{salt}:{hashlib.sha256(text.encode()).hexdigest()}"
    return secrets if reader == by.pk and cache.add(used, True, 60 * MINUTES) else None
