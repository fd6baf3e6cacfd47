"""Notices and their deliveries. A notice has a kind and parameters; its text is rendered in the reader's language."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from notifications.kinds import text_of


class Notice(models.Model):
    """One line in a person's bell. ``unit_code`` is the unit it is about; ``link`` is a path on this site."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    unit_code = models.CharField(max_length=12, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)
    read_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [
            models.Index(fields=["user", "-id"], name="notice_by_user"),
            models.Index(fields=["user"], condition=Q(read_at=None), name="notice_unread"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} → {self.user_id}"

    @property
    def text(self) -> str:
        """In the active language."""
        return text_of(self.kind, self.params)


class Delivery(models.Model):
    """The outbox: one row per notice and channel, created with the notice, sent by a worker.

    Those ``bundled_for`` one person on one channel that are due at the same moment go out as one message. ``due_at``
    is moved on before a try, so that a worker that dies in it has failed like any other. A short message is ``SENDING``
    in a try: where nobody knows whether it was taken the outcome is ``UNKNOWN``, and it is never sent again by itself.
    What has ``priority`` (red warnings, security) leaves at any hour and passes everything else that is due.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENDING = "sending", _("Being sent")
        UNKNOWN = "unknown", _("Outcome unknown")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")

    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, related_name="deliveries")
    channel = models.CharField(max_length=10)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField(default=timezone.now)
    priority = models.BooleanField(default=False, db_default=False)
    bundled_for = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.CASCADE, related_name="+", db_index=False
    )
    sent_at = models.DateTimeField(null=True)
    error = models.TextField(blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["notice", "channel"], name="one_delivery_per_channel"),
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="delivery_sent_has_time"),
        ]
        indexes = [
            models.Index(fields=["-priority", "due_at", "id"], condition=Q(state="waiting"), name="delivery_waiting"),
            models.Index(fields=["due_at"], condition=Q(state="sending"), name="delivery_sending"),
            models.Index(
                fields=["bundled_for", "channel", "due_at", "id"],
                condition=Q(state="waiting", bundled_for__isnull=False),
                name="delivery_bundled",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.notice_id}"
