"""The papers of an event: attached and removed by those who record events."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import User
from ratings.models import Event, EventFile
from records import audit
from records.files import store
from records.refusals import Incomplete, NotAllowed

MOST_FILES = 20


@transaction.atomic
def attach(event: Event, upload: UploadedFile[Any], *, commission: bool, by: User) -> EventFile:
    """Attach a paper, for all who may see the event or for the discipline ``commission`` alone. Idempotent: the same
    file is attached once. Raises ``NotAllowed``; ``Incomplete`` for an invalid file or one too many."""
    event = _recorded(event, by)
    stored = store(upload, by=by)
    for paper in event.files.select_related("file"):
        if (paper.file.sha256, paper.commission) == (stored.sha256, commission):
            stored.delete()
            return paper
    if event.files.count() >= MOST_FILES:
        message = _("At most %d files.") % MOST_FILES
        raise Incomplete(message, {"file": message})
    with audit.acting(by, "attach_event_file"):
        return EventFile.objects.create(event=event, file=stored, commission=commission, by=by)


@transaction.atomic
def detach(paper: EventFile, *, by: User) -> None:
    """Take a paper off the event; its bytes are kept. Raises ``NotAllowed``."""
    _recorded(paper.event, by)
    with audit.acting(by, "detach_event_file"):
        EventFile.objects.filter(pk=paper.pk).delete()


def _recorded(event: Event, by: User) -> Event:
    if not by.has_perm("ratings.record_event", event):
        raise NotAllowed
    return Event.objects.select_for_update(of=("self",), no_key=True).get(pk=event.pk)
