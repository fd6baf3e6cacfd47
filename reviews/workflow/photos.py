"""Photos taken on the spot: attached to the reviewer's own sheet, and removed, while it is open."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from records import audit
from records.files import store_photo
from records.refusals import Incomplete
from reviews.models import FieldPhoto, Sheet
from reviews.workflow.sheets import hold


@transaction.atomic
def attach(sheet: Sheet, criterion: str, upload: UploadedFile[Any], *, by: User) -> FieldPhoto:
    """Attach a photo to a criterion (by code). Idempotent: the same picture is attached once.

    Raises ``NotAllowed``, ``WrongState`` (as ``sheets.hold``), ``Incomplete`` (no picture, one too many).
    """
    sheet = hold(sheet, by=by)
    spec = sheet.application.scheme.spec
    if criterion not in {fitting.code for fitting in spec.fitting(sheet.application.tags)}:
        raise Incomplete(_("The scheme has no such question."))
    there = list(sheet.photos.filter(criterion=criterion).select_related("file"))
    stored = store_photo(upload, by=by)
    for photo in there:
        if photo.file.sha256 == stored.sha256:
            stored.delete()
            return photo
    if len(there) >= settings.UPLOADS_PER_CRITERION:
        raise Incomplete(_("At most %s files for one question.") % settings.UPLOADS_PER_CRITERION)
    with audit.acting(by, "attach"):
        return FieldPhoto.objects.create(sheet=sheet, criterion=criterion, file=stored)


@transaction.atomic
def detach(photo: FieldPhoto, *, by: User) -> None:
    """Remove a photo from the sheet; its bytes are kept. Raises as ``attach``."""
    hold(photo.sheet, by=by)
    with audit.acting(by, "detach"):
        FieldPhoto.objects.filter(pk=photo.pk).delete()
