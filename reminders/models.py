"""Reminders (催办): what was sent to whom and when. Who has read it is nowhere kept."""

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from notifications.models import Notice
from villages.models import Unit

User = settings.AUTH_USER_MODEL


class DueStep(models.TextChoices):
    """The steps that somebody has to do by a day, in their order."""

    APPLY = "apply", _("Self-assessment and application")
    CORRECTION = "correction", pgettext_lazy("due", "Correction")
    TOWNSHIP_REVIEW = "township_review", _("Township review")
    COUNTY_REVIEW = "county_review", _("County review")
    CHECK = "check", _("Joint department check")
    RELEASE = "release", pgettext_lazy("due", "Release")
    OBJECTION = "objection", pgettext_lazy("due", "Objections")
    APPEAL = "appeal", pgettext_lazy("due", "Appeals")
    FOLLOW_UP = "follow_up", _("Follow-ups")


@pghistory.track(pghistory.InsertEvent(), pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ReminderRule(models.Model):
    """When those concerned with a step in a unit are reminded, in working days; the nearest unit at or above counts.

    ``before`` its last day whoever's turn it is; ``office_after`` it that person's office too; ``above_after`` the
    level above too. Without a rule ``reminders.stages.DEFAULT`` holds.
    """

    SET = "reminders.set_rules"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20, choices=DueStep)
    before = models.PositiveSmallIntegerField(_("Working days before"))
    office_after = models.PositiveSmallIntegerField(_("Working days after, the office"))
    above_after = models.PositiveSmallIntegerField(_("Working days after, the level above"))

    class Meta:
        default_permissions = ()
        verbose_name = _("Reminder rule")
        permissions = [("set_rules", "Set when those concerned are reminded")]
        constraints = [
            models.UniqueConstraint(fields=["unit", "step"], name="one_reminder_rule_per_unit_and_step"),
            models.CheckConstraint(
                condition=Q(office_after__gte=1, above_after__gt=F("office_after")), name="reminder_rule_goes_up"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.step}"


class DailyReminder(models.Model):
    """The one message that a person gets on a day about all that is due: the row and its notice are one transaction.

    ``own``, ``office``, ``below``: how many things wait for the person, are late in the office, are late below.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    own = models.PositiveIntegerField()
    office = models.PositiveIntegerField()
    below = models.PositiveIntegerField()
    sent_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["user", "day"], name="one_daily_reminder")]
        indexes = [models.Index(fields=["day"], name="daily_reminder_by_day")]

    def __str__(self) -> str:
        return f"{self.user_id} {self.day}"


@pghistory.track(pghistory.InsertEvent())
class Reminder(models.Model):
    """One office reminded others by hand, with a ``sentence`` of its own, in the units of ``unit``."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    sentence = models.CharField(_("Your sentence"), max_length=60, blank=True)
    sent_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("Sent by"))
    sent_at = models.DateTimeField(_("Sent"), default=timezone.now)

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_due", "See who has not yet done what"),
            ("send_reminder", "Remind those whose turn it is"),
        ]
        verbose_name = _("Reminder")
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.sent_at:%Y-%m-%d}"


class ReminderLine(models.Model):
    """Who was reminded of which step of a unit: by hand (``reminder``) or by the clock (``daily``).

    ``kind``: of a follow-up (``followups.kinds``). ``notice``: how it went out; notices may be swept one day.
    """

    reminder = models.ForeignKey(Reminder, null=True, on_delete=models.PROTECT, related_name="lines")
    daily = models.ForeignKey(DailyReminder, null=True, on_delete=models.CASCADE, related_name="lines")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    step = models.CharField(max_length=20, choices=DueStep)
    kind = models.CharField(max_length=24, blank=True)
    due_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(default=timezone.now)
    notice = models.ForeignKey(Notice, null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        default_permissions = ()
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="reminder_line_by_unit")]
        constraints = [
            models.CheckConstraint(
                condition=Q(reminder=None) ^ Q(daily=None), name="reminder_line_by_hand_or_by_the_clock"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.unit_id} {self.step}"
