"""Robots of work groups: an office's address at DingTalk, WeCom or elsewhere, and the outbox of what is sent there."""

import uuid

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records import encryption
from villages.models import Unit


class Platform(models.TextChoices):
    DINGTALK = "dingtalk", _("DingTalk")
    WECOM = "wecom", _("WeCom")
    WEBHOOK = "webhook", _("Plain webhook")


# Both are secrets: the addresses of the two platforms carry a token.
@pghistory.track(exclude=["address_encrypted", "secret_encrypted"])
class Robot(models.Model):
    """Where the work group of an office is told how much waits. ``shown`` is what may be seen of its address."""

    PURPOSE = "robot"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="robots")
    name = models.CharField(_("Name of the work group"), max_length=50)
    platform = models.CharField(_("Platform"), max_length=10, choices=Platform)
    address_encrypted = models.TextField()
    secret_encrypted = models.TextField(blank=True)
    shown = models.CharField(pgettext_lazy("robot", "Address"), max_length=300)
    secret_changed_at = models.DateTimeField(_("Secret changed"), null=True, blank=True)
    kinds = ArrayField(models.CharField(max_length=40), verbose_name=_("Kinds of notice"))
    quiet = models.BooleanField(_("Quiet at night and on days off"), default=True)
    active = models.BooleanField(pgettext_lazy("robot", "Switched on"), default=True)
    tested_at = models.DateTimeField(_("Last test"), null=True, blank=True)
    sent_again_at = models.DateTimeField(_("A message last sent again"), null=True, blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        permissions = [("manage_robot", "Manage the robots of work groups")]
        ordering = ["unit_id", "pk"]
        verbose_name = _("Robot of a work group")
        constraints = [models.CheckConstraint(condition=Q(platform__in=Platform.values), name="robot_platform_known")]

    def __str__(self) -> str:
        return self.name

    @property
    def address(self) -> str:
        return encryption.decrypt(self.address_encrypted, purpose=self.PURPOSE)

    @address.setter
    def address(self, typed: str) -> None:
        self.address_encrypted = encryption.encrypt(typed, purpose=self.PURPOSE)
        self.shown = masked(typed)

    @property
    def secret(self) -> str:
        return encryption.decrypt(self.secret_encrypted, purpose=self.PURPOSE)

    @secret.setter
    def secret(self, typed: str) -> None:
        self.secret_encrypted = encryption.encrypt(typed, purpose=self.PURPOSE)
        self.secret_changed_at = timezone.now()

    def leads_to(self, address: str) -> bool:
        """Whether this is its address; not so of one that cannot be read since the key has changed."""
        try:
            return self.address == address
        except encryption.Unreadable:
            return False

    def encrypt_anew(self) -> None:
        """Under the current key; not saved. Raises ``Unreadable``."""
        for column in ("address_encrypted", "secret_encrypted"):
            text = encryption.decrypt(getattr(self, column), purpose=self.PURPOSE)
            setattr(self, column, encryption.encrypt(text, purpose=self.PURPOSE))


def masked(address: str) -> str:
    """An address without what opens it: scheme, host and port, and the last four signs."""
    scheme, _sep, rest = address.partition("://")
    host, slash, hidden = rest.partition("/")
    return f"{scheme}://{host}/…{hidden[-4:] if len(hidden) > 12 else ''}" if slash else f"{scheme}://{host}"


class RobotMessage(models.Model):
    """The outbox of robots. ``delivery_id`` is the same at every try. ``kind``: of notices, or ``TEST`` or ``DIGEST``;
    a digest stands for its ``parts``. ``due_at`` is moved on before a try, so that a worker that dies in it has
    failed like any other: nobody sends the message again before its time."""

    TEST, DIGEST = "test", "digest"

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        BUNDLED = "bundled", _("Sent in a digest")

    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="messages")
    delivery_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(max_length=40)
    count = models.PositiveIntegerField(default=1)
    until = models.CharField(max_length=60, blank=True)
    link = models.CharField(max_length=200)
    digest = models.ForeignKey("self", null=True, on_delete=models.CASCADE, related_name="parts")
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(condition=Q(state="sent") ^ Q(sent_at=None), name="robot_message_sent_has_time"),
            models.CheckConstraint(
                condition=Q(state="bundled", digest__isnull=False) | (~Q(state="bundled") & Q(digest=None)),
                name="robot_message_bundled_has_digest",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="robot_message_waiting")]

    def __str__(self) -> str:
        return f"{self.robot_id} {self.kind} {self.delivery_id}"


class RobotTry(models.Model):
    """One try, written before it begins; ``problem`` is "" once it succeeded (``robots.failures``)."""

    LOST = "lost"

    message = models.ForeignKey(RobotMessage, on_delete=models.CASCADE, related_name="tries")
    robot = models.ForeignKey(Robot, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField(default=timezone.now)
    problem = models.CharField(max_length=20, blank=True, default=LOST)
    detail = models.CharField(max_length=300, blank=True)

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [models.Index(fields=["robot", "at"], name="robot_tries_by_time")]

    def __str__(self) -> str:
        return f"{self.message_id} {self.at:%H:%M:%S} {self.problem}"
