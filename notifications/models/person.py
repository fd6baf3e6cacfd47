"""What a person chose to be told by e-mail and short message, and the mobile number that was verified for it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


def groups(**options: object) -> ArrayField:
    return ArrayField(models.CharField(max_length=20), default=list, **options)


class Preferences(models.Model):
    """Groups of kinds by what is done with them. Without a row: everything by e-mail at once, no short message."""

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, primary_key=True, on_delete=models.CASCADE, related_name="preferences"
    )
    no_email = groups()
    daily = groups()
    sms = groups()
    mobile = models.CharField(_("Mobile number"), max_length=11, blank=True)
    mobile_verified_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.CheckConstraint(condition=Q(mobile="") ^ Q(mobile_verified_at__isnull=False), name="mobile_verified")
        ]

    def __str__(self) -> str:
        return str(self.user_id)


class MobileCode(models.Model):
    """A code that was sent to a mobile number. Only a keyed hash of it is kept, and ``wrong`` counts the guesses."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mobile_codes")
    mobile = models.CharField(max_length=11)
    digest = models.CharField(max_length=64)
    sent_at = models.DateTimeField(default=timezone.now)
    wrong = models.PositiveSmallIntegerField(default=0)

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["user", "-sent_at"], name="mobile_codes_by_user"),
            models.Index(fields=["mobile", "-sent_at"], name="mobile_codes_by_mobile"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.sent_at:%H:%M:%S}"


class SmsDay(models.Model):
    """How many short messages were handed to the gateway on a day, for the cap."""

    day = models.DateField(primary_key=True)
    sent = models.PositiveIntegerField(default=0)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day} {self.sent}"
