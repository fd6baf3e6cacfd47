"""Events (情形) that change stars between annual ratings, and the proposals that their rules make (practice §4)."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.register_run import marks_stale
from ratings.models.scheme import Scheme
from villages.models import Unit, below_any


class EventQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> EventQuerySet:
        """Events that ``user`` may see; held ones only for those who record events there."""
        watched, recorded = (below_any(user.reach(f"ratings.{verb}_event"), "unit_id") for verb in ("view", "record"))
        return self.filter(watched & Q(held=False) | recorded)


@pghistory.track()
class Event(models.Model):
    """Something that happened to a unit on a day. ``kind`` is an event code of the schemes; ``source`` distinguishes
    two on one day.

    A ``held`` event has no effect until it is released (``released_at``); ``closed`` is the day it was closed as
    rectified, ``rectification`` what was done (empty where a file said the day alone).

    Where it is to be rectified by a day: ``accountable`` is the unit that answers for it, within ``rectify_within``
    working days; ``checker`` says which office looks whether it has been.
    """

    class Checker(models.TextChoices):
        RECORDER = "recorder", _("The discipline commission that recorded it")
        TOWNSHIP = "township", _("The township office")
        COUNTY = "county", _("The county leading-group office")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="events")
    kind = models.CharField(_("Event"), max_length=40)
    on = models.DateField(_("Day"))
    closed = models.DateField(_("Closed as rectified on"), null=True, blank=True)
    note = models.TextField(_("Note"), blank=True)
    rectification = models.TextField(_("What was done"), blank=True, db_default="")
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(_("Source"), max_length=100, blank=True)
    held = models.BooleanField(_("Held"), default=False)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField(auto_now_add=True)
    released_at = models.DateTimeField(null=True, editable=False)
    accountable = models.ForeignKey(
        Unit, null=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Accountable unit")
    )
    rectify_within = models.PositiveSmallIntegerField(_("Working days to rectify"), null=True, blank=True)
    checker = models.CharField(_("Who checks it"), max_length=10, choices=Checker, blank=True, db_default="")

    objects = EventQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("view_event", "See events"), ("record_event", "Record and close events")]
        ordering = ["-on", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "kind", "on", "source"], name="event_once"),
            models.CheckConstraint(condition=Q(closed=None) | Q(closed__gte=F("on")), name="event_closed_after_it_was"),
            models.CheckConstraint(
                condition=Q(accountable=None, rectify_within=None, checker="")
                | Q(accountable__isnull=False, rectify_within__gt=0) & ~Q(checker=""),
                name="event_rectification_is_whole",
            ),
        ]
        triggers = [
            pgtrigger.ReadOnly(
                name="what_happened_stays",
                fields=["unit", "kind", "on", "source", "recorded_by", "accountable", "rectify_within", "checker"],
            ),
            pgtrigger.Protect(name="event_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_event_stays_closed",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__closed__isnull=False)
                & pgtrigger.Q(old__closed__df=pgtrigger.F("new__closed")),
            ),
            pgtrigger.Protect(
                name="released_event_stays_released",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__held=False, new__held=True),
            ),
            *marks_stale("event", "select unit_id from written where not held"),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.kind} {self.on}"


@pghistory.track(pghistory.InsertEvent())
class Reversal(models.Model):
    """An appeal against an event was upheld: from the day ``on`` it has no effect any more, not even a revoked star.

    The star until then stays as it was (formats §3: an appeal takes effect from its own day).
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="reversal")
    on = models.DateField(_("Reversed on"))
    document = models.CharField(_("Document"), max_length=200)
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=~Q(reason="") & ~Q(document=""), name="reversal_is_reasoned")]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            *marks_stale("reversal", "select e.unit_id from written w join ratings_event e on e.id = w.event_id"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.on}"


@pghistory.track()
class Proposal(models.Model):
    """What a rule that is not automatic would do; the authority for the star confirms or declines it."""

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("proposal", "Open")
        CONFIRMED = "confirmed", pgettext_lazy("proposal", "Confirmed")
        DECLINED = "declined", pgettext_lazy("proposal", "Declined")

    event = models.ForeignKey(Event, on_delete=models.PROTECT, related_name="proposals")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="+")
    rule = models.PositiveSmallIntegerField(help_text="Place of the rule in the scheme's list, from 0")
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    settled_at = models.DateTimeField(null=True)
    reason = models.TextField(_("Reason"), blank=True)

    class Meta:
        default_permissions = ()
        permissions = [
            ("settle_proposal_township", "Confirm or decline changes of up to three stars"),
            ("settle_proposal_county", "Confirm or decline changes of four and five stars"),
            ("settle_proposal_city", "Confirm or decline what a county has left unsettled"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["event", "scheme", "rule"], name="proposal_once"),
            models.CheckConstraint(
                condition=Q(state="open", settled_at=None) | (~Q(state="open") & Q(settled_at__isnull=False)),
                name="proposal_settled_has_time",
            ),
        ]
        triggers = [
            pgtrigger.FSM(
                name="proposal_states", field="state", transitions=[("open", "confirmed"), ("open", "declined")]
            ),
            pgtrigger.ReadOnly(name="what_is_proposed_stays", fields=["event", "unit", "scheme", "rule"]),
            pgtrigger.Protect(
                name="settled_proposal_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=~pgtrigger.Q(old__state="open"),
            ),
            *marks_stale("proposal", "select unit_id from written where state = 'confirmed'"),
        ]

    def __str__(self) -> str:
        return f"{self.event} #{self.rule}"
