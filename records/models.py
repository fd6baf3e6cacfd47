"""Stored files, issued papers, answers to programs.

The audit trail is pghistory's event tables, one beside each tracked model (see ``audit.py``).
"""

from pathlib import PurePath

import pgtrigger
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from records.chain import Digest, ProvedColumns, Seal
from records.integrity_run import IntegrityRun
from records.picture_hashes import NearPicture, PictureHash
from records.previews import Preview
from records.schema import SchemaObject
from records.timetable import ScheduledTask

__all__ = [
    "Digest",
    "IdempotentAnswer",
    "IntegrityRun",
    "IssuedDocument",
    "NearPicture",
    "PictureHash",
    "Preview",
    "ProvedColumns",
    "ScheduledTask",
    "SchemaObject",
    "Seal",
    "StoredFile",
]
LONGEST_KEY = 100


class StoredFile(models.Model):
    """One uploaded file, kept outside the web root under its own hash; the same bytes are stored once on disk.

    ``size`` in bytes, ``kind`` the media type detected from the content, never taken from the client.
    """

    name = models.CharField(_("File name"), max_length=200)
    sha256 = models.CharField(max_length=64, db_index=True)
    size = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=100)
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name

    @property
    def ending(self) -> str:
        return PurePath(self.name).suffix[1:5].upper()

    @property
    def is_picture(self) -> bool:
        return self.kind.startswith("image/")


class IssuedDocument(models.Model):
    """A printed paper with a check code (see ``documents``). ``unit`` is the division code that it belongs to.

    ``code`` without its dashes; ``digest``: the keyed SHA-256 of the content, in hex; the code is its beginning.
    """

    code = models.CharField(max_length=12, unique=True)
    title = models.CharField(max_length=200)
    unit = models.CharField(max_length=12)
    digest = models.CharField(max_length=64)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        default_permissions = ()
        triggers = [pgtrigger.Protect(name="issued_document_stays", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.title} {self.code}"


class IdempotentAnswer(models.Model):
    """The answer that ``user`` got for the request under ``key``."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=LONGEST_KEY)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.JSONField(null=True, encoder=DjangoJSONEncoder)
    at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_key_once")]

    def __str__(self) -> str:
        return self.key
