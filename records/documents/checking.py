"""Check codes of printed papers: whoever holds a paper can verify whether and when it was issued (architecture §7).

The code is a keyed digest of the paper's content: the same content has the same code, and a code cannot be forged.
"""

import json
from collections.abc import Mapping
from typing import Any

from django.utils.crypto import salted_hmac

from records import typed_codes
from records.models import IssuedDocument

CODE_LENGTH = 12


def issue(title: str, content: Mapping[str, Any], *, unit: str, by: Any) -> str:
    """The check code (``K3MX-92QF-7ABC``) of a paper with this ``content``, stored so that ``issued`` finds it."""
    canonical = json.dumps([title, unit, content], sort_keys=True, ensure_ascii=False, default=str)
    digest = salted_hmac("records.documents", canonical, algorithm="sha256").digest()
    plain = typed_codes.spelled(digest, CODE_LENGTH)
    IssuedDocument.objects.get_or_create(
        code=plain, defaults={"title": title, "unit": unit, "digest": digest.hex(), "by": by}
    )
    return typed_codes.grouped(plain)


def issued(code: str) -> IssuedDocument | None:
    """The paper with this ``code``, however it was typed; None if it was never issued."""
    plain = typed_codes.normalized(code)
    return IssuedDocument.objects.filter(code=plain).first() if len(plain) == CODE_LENGTH else None
