"""Idempotent requests of programs: the same key and content get the same answer, and the step is taken once.

A program sends ``Idempotency-Key`` with a step. The answer is kept under the user's key together with a fingerprint of
the request, in the transaction of the step itself: a second request with that key waits for the first one and gets its
answer. A refused step keeps nothing, so that it may be tried again.
"""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.http import QueryDict
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import status
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.response import Response

from records.files import sha256_of
from records.models import LONGEST_KEY, IdempotentAnswer
from records.refusals import Incomplete

HEADER = "Idempotency-Key"
KEY = OpenApiParameter(
    HEADER, OpenApiTypes.STR, OpenApiParameter.HEADER, description="The same key and content: the same answer, once"
)
KEPT = timedelta(days=30)


class OtherContent(APIException):
    """The key was used for another request."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "idempotency_key_reused"


def once(request: Request, act: Callable[[], Response], *, again: Callable[[Any], Any] | None = None) -> Response:
    """``act()``, or the answer that this request got before. Without a key it is simply ``act()``.

    ``again`` is given the kept answer before it is sent once more, and raises where the user may not see it any more.
    Raises ``Incomplete`` for a key that is too long, ``OtherContent`` for one that was sent with another content.
    """
    key = request.headers.get(HEADER, "").strip()
    if not key:
        return act()
    if len(key) > LONGEST_KEY:
        raise Incomplete(_("At most %s characters.") % LONGEST_KEY, {HEADER: _("At most %s characters.") % LONGEST_KEY})
    with transaction.atomic():
        kept, new = IdempotentAnswer.objects.get_or_create(
            user=request.user, key=key, defaults={"fingerprint": fingerprints(request)[0]}
        )
        if not new:
            if kept.fingerprint not in fingerprints(request):
                raise OtherContent(_("This key has been used for another request."))
            if again:
                again(kept.answer)
            return Response(kept.answer, status=kept.status)
        response = act()
        kept.status, kept.answer = response.status_code, response.data
        kept.save(update_fields=["status", "answer"])
    return response


def fingerprints(request: Request) -> list[str]:
    """The same for the same step with the same content, however its fields are ordered: under the current secret key,
    and under earlier ones."""
    data = dict(request.data.lists()) if isinstance(request.data, QueryDict) else request.data
    content: list[Any] = [request.method, request.get_full_path(), data]
    digest = hashlib.sha256(json.dumps(content, sort_keys=True, cls=_Content).encode()).hexdigest()
    return [keyed(digest, key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)]


def keyed(digest: str, key: str) -> str:
    """So that nobody who reads the database can try what was sent, such as the name of a person."""
    return salted_hmac("records.idempotency", digest, secret=key, algorithm="sha256").hexdigest()


class _Content(DjangoJSONEncoder):
    """An uploaded file counts by its name and bytes."""

    def default(self, o: Any) -> Any:
        return [o.name, sha256_of(o)] if isinstance(o, UploadedFile) else super().default(o)


def forget_old() -> None:
    IdempotentAnswer.objects.filter(at__lt=timezone.now() - KEPT).delete()
