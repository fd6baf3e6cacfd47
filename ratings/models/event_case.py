"""What belongs to the case (情形) behind an event: its papers, and the person concerned where that is needed."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ratings.models.event import Event
from records.encryption import Unreadable, encrypted_text
from records.models import StoredFile
from villages.models import below_any


class EventFileQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> EventFileQuerySet:
        """Files of the events that ``user`` may see; those of the commission only for those who record events there."""
        recorded = below_any(user.reach("ratings.record_event"), "event__unit_id")
        return self.filter(Q(event__in=Event.objects.seen_by(user)), Q(commission=False) | recorded)


@pghistory.track(pghistory.InsertEvent(), pghistory.DeleteEvent())
class EventFile(models.Model):
    """A paper of an event: for all who may see it, or for the discipline ``commission`` alone."""

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="files")
    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    commission = models.BooleanField(_("For the discipline commission alone"), default=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = EventFileQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="event_file_stays_as_it_is", operation=pgtrigger.Update)]

    def __str__(self) -> str:
        return self.file.name


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), exclude=["name_encrypted", "post_encrypted"])
class EventPerson(models.Model):
    """Whom an event concerns, where that has to be known. Seen by those who record events; in no export, notice or
    page of the audit trail, which keeps only that somebody was named. Encrypted at rest.

    Who was named does not change. Only the step ``ENCRYPT_ANEW`` encrypts it again, under another key, which leaves
    ``encrypted_at`` in the history.
    """

    PURPOSE = "event person"
    ENCRYPT_ANEW = "encrypt_persons_anew"

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="person")
    name_encrypted = models.TextField()
    post_encrypted = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    encrypted_at = models.DateTimeField(null=True)

    name = encrypted_text("name_encrypted", purpose=PURPOSE)
    post = encrypted_text("post_encrypted", purpose=PURPOSE)

    class Meta:
        default_permissions = ()
        triggers = [
            pgtrigger.Protect(name="person_stays", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="person_is_encrypted_anew_alone",
                operation=pgtrigger.Update,
                when=pgtrigger.Before,
                func="""
                    IF to_jsonb(NEW) - 'name_encrypted' - 'post_encrypted' - 'encrypted_at'
                            IS DISTINCT FROM to_jsonb(OLD) - 'name_encrypted' - 'post_encrypted' - 'encrypted_at'
                        OR NEW.encrypted_at IS NULL OR NEW.encrypted_at <= OLD.encrypted_at
                        OR NULLIF(current_setting('pghistory.context_metadata', true), '')::jsonb ->> 'verb'
                            IS DISTINCT FROM 'encrypt_persons_anew'
                    THEN
                        RAISE EXCEPTION 'whom an event concerns stays as it was recorded'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.event_id}"

    def encrypt_anew(self) -> None:
        """Under the current key; not saved. Raises ``Unreadable``."""
        self.name, self.post = self.name, self.post
        self.encrypted_at = timezone.now()

    @property
    def in_words(self) -> str:
        """For those who record events."""
        try:
            return " · ".join(filter(None, [self.name, self.post]))
        except Unreadable:
            return gettext("Cannot be read since the secret key was changed")
