"""One thing that is due: what, where, whose, by when; who checks it, and how far up it went when it was late."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import Appointment
from accounts.roles import VILLAGE_POSTS, Role, office_name
from followups.kinds import KINDS, KeptFrom
from followups.models.lifecycle import STEPS, FollowUpState
from notifications.kinds import filled
from records import deadlines
from records.models import StoredFile
from villages.models import Unit, below_any

User = settings.AUTH_USER_MODEL
VIEW = "followups.view_followup"


def _kept_from(user: Any) -> Q:
    """What ``user`` must not learn of."""
    kinds: dict[KeptFrom, list[str]] = defaultdict(list)
    for key, kind in KINDS.items():
        if kind.kept_from:
            kinds[kind.kept_from].append(key)
    return reduce(or_, (Q(kind__in=keys) & rule.rows(user) for rule, keys in kinds.items()), Q(pk__in=[]))


class FollowUpQuerySet(models.QuerySet):
    def waiting(self) -> FollowUpQuerySet:
        return self.filter(state__in=FollowUpState.WAITING)

    def late(self, now: datetime | None = None) -> FollowUpQuerySet:
        """Those that are still to be done although their moment has passed."""
        return self.filter(state=FollowUpState.OPEN, due_at__lte=now or timezone.now())

    def about(self, kind: str, subjects: Iterable[Any]) -> FollowUpQuerySet:
        """Those of one kind about these subjects (keys)."""
        return self.filter(kind=kind, subject__in=[str(one) for one in subjects])

    def seen_by(self, user: Any) -> FollowUpQuerySet:
        """What lies in the reader's scope, of the kinds that they may know of; and what is their own duty."""
        groups: dict[frozenset[str] | None, list[str]] = defaultdict(list)
        for key, kind in KINDS.items():
            groups[frozenset(code for need in kind.needs for code in user.reach(need)) if kind.needs else None].append(
                key
            )
        seen = Q(pk__in=[])
        for reach, keys in groups.items():
            if reach is None or reach:
                seen |= (Q() if reach is None else below_any(sorted(reach), "unit_id")) & Q(kind__in=keys)
        mine = self.filter(below_any(user.reach(VIEW), "unit_id") & seen | self._duty(user, own_role_only=True))
        return mine.exclude(_kept_from(user))

    def done_by(self, user: Any) -> FollowUpQuerySet:
        """Those for which ``user`` is responsible today, by post or by name."""
        return self.seen_by(user).filter(self._to_do(user))

    def checked_by(self, user: Any) -> FollowUpQuerySet:
        """Those that ``user`` would check, by post."""
        return self.seen_by(user).filter(self._to_check(user))

    def waiting_for(self, user: Any) -> FollowUpQuerySet:
        """Those that ``user`` has to do, or to check though somebody else reported them."""
        to_do = Q(state=FollowUpState.OPEN) & self._to_do(user)
        to_check = Q(state=FollowUpState.REPORTED) & ~Q(reported_by=user) & self._to_check(user)
        return self.seen_by(user).filter(to_do | to_check)

    def _to_do(self, user: Any) -> Q:
        return self._duty(user, sides=("responsible",)) & (Q(person=None) | Q(person=user))

    def _to_check(self, user: Any) -> Q:
        """Nobody checks what a unit reports, or what is about a unit, where he holds or held a post, but for the unit's
        own second office."""
        own = Appointment.objects.filter(user=user).values("unit")
        elsewhere = Q(checker_unit=F("responsible_unit")) | ~Q(responsible_unit__in=own)
        elsewhere &= Q(checker_unit=F("unit")) | ~Q(unit__in=own)
        return self._duty(user, sides=("checker",)) & elsewhere

    @staticmethod
    def _duty(user: Any, sides: Iterable[str] = ("responsible", "checker"), own_role_only: bool = False) -> Q:
        """Duties of the posts held today; filler and signer share those of their village where both may see them."""
        found = Q(pk__in=[])
        for post in user.posts:
            roles = [post.role] if own_role_only or post.role not in VILLAGE_POSTS else VILLAGE_POSTS
            for side in sides:
                found |= Q(**{f"{side}_role__in": roles, f"{side}_unit": post.unit_id})
        return found


@pghistory.track()
class FollowUp(models.Model):
    """``kind``: a key of ``followups.kinds``; ``subject``: the key of what it is about, within the kind: of one subject
    one follow-up is waiting at most. ``unit``: the place that it is about; ``params`` fill the kind's text, ``link``
    leads to the cause.

    It is done by the holders of ``responsible_role`` on ``responsible_unit``, by one of them alone where a ``person``
    is named; checked, if at all, by those of ``checker_role`` on ``checker_unit``, never by who reported it.
    ``escalation``: how often it has been taken to the next level (``escalated_to``) since it is late.
    """

    State = FollowUpState

    kind = models.CharField(_("Kind"), max_length=24)
    subject = models.CharField(max_length=60)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("Unit"))
    params = models.JSONField(default=dict)
    link = models.CharField(max_length=200, blank=True)
    responsible_unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    responsible_role = models.CharField(_("Responsible"), max_length=20, choices=Role)
    person = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    checker_unit = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    checker_role = models.CharField(_("Checked by"), max_length=20, choices=Role, blank=True)
    due_at = models.DateTimeField(_("Due"))
    state = models.CharField(_("State"), max_length=10, choices=FollowUpState, default=FollowUpState.OPEN)
    escalation = models.PositiveSmallIntegerField(_("Escalated"), default=0)
    escalated_to = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    escalated_at = models.DateTimeField(null=True)
    opened_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opened_at = models.DateTimeField(default=timezone.now)
    report = models.TextField(_("What was done"), blank=True)
    reported_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    reported_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(_("Closed"), null=True)
    reason = models.TextField(_("Reason"), blank=True)

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Follow-up")
        permissions = [
            ("view_followup", "See follow-ups"),
            ("answer_followup", "Do and check follow-ups of one's office"),
            ("supervise_followup", "Hand on and cancel follow-ups of the offices below"),
        ]
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["unit", "due_at"], name="followup_by_unit"),
            models.Index(
                fields=["responsible_unit", "responsible_role"],
                condition=Q(state__in=FollowUpState.WAITING.values),
                name="followup_waiting",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"],
                condition=Q(state__in=FollowUpState.WAITING.values),
                name="one_waiting_followup_per_subject",
            ),
            models.CheckConstraint(
                condition=Q(state__in=FollowUpState.WAITING.values, closed_at=None)
                | Q(state__in=FollowUpState.CLOSED.values, closed_at__isnull=False),
                name="followup_closed_has_time",
            ),
            models.CheckConstraint(
                condition=Q(checker_unit=None, checker_role="") | Q(checker_unit__isnull=False) & ~Q(checker_role=""),
                name="followup_checker_is_whole",
            ),
            models.CheckConstraint(
                condition=~Q(checker_unit=F("responsible_unit"), checker_role=F("responsible_role")),
                name="followup_checked_by_another_office",
            ),
            models.CheckConstraint(
                condition=~Q(state="done")
                | Q(checker_unit=None)
                | Q(reported_by=None)
                | Q(closed_by=None)
                | ~Q(closed_by=F("reported_by")),
                name="followup_checked_by_another_person",
            ),
            models.CheckConstraint(
                condition=Q(escalation=0, escalated_to=None, escalated_at=None)
                | Q(escalation__gt=0, escalated_to__isnull=False, escalated_at__isnull=False),
                name="followup_escalated_to_a_unit",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="followup_states", field="state", transitions=STEPS.transitions),
            pgtrigger.ReadOnly(name="what_is_followed_up_stays", fields=["kind", "subject", "opened_by", "opened_at"]),
            pgtrigger.Protect(name="followup_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="closed_followup_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="done") | pgtrigger.Q(old__state="cancelled"),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def get_absolute_url(self) -> str:
        return reverse("followup", args=[self.pk])

    @property
    def spec(self) -> Any:
        return KINDS[self.kind]

    @property
    def text(self) -> str:
        """What is to be done, in the active language."""
        return filled(self.spec.text, {"unit": self.unit.name, **self.params})

    @property
    def measured(self) -> str:
        """The value against its threshold when it was opened, in words; empty where the kind has none."""
        return filled(self.spec.measure, self.params) if self.spec.measure and "value" in self.params else ""

    @property
    def is_late(self) -> bool:
        return self.state == FollowUpState.OPEN and deadlines.is_over(self.due_at)

    @property
    def is_checked(self) -> bool:
        """Whether somebody else checks what was done."""
        return self.checker_unit_id is not None

    @property
    def in_time(self) -> bool:
        """Whether it was closed before its moment."""
        return self.closed_at is not None and self.closed_at < self.due_at

    @property
    def office(self) -> str:
        """The responsible office in words."""
        return f"{self.responsible_unit.name} {office_name(self.responsible_role, self.responsible_unit_id)}"

    @property
    def checking_office(self) -> str:
        checker = self.checker_unit
        return f"{checker.name} {office_name(self.checker_role, checker.code)}" if checker else ""

    @property
    def until(self) -> str:
        """The deadline in words."""
        return deadlines.deadline(self.due_at)

    @property
    def remaining(self) -> str:
        return deadlines.remaining(self.due_at)


@pghistory.track(pghistory.InsertEvent())
class FollowUpFile(models.Model):
    """A file that proves what was done; it stays when the follow-up is sent back."""

    followup = models.ForeignKey(FollowUp, on_delete=models.PROTECT, related_name="files")
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, related_name="+")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = pgettext_lazy("follow-up", "Proof")
        ordering = ["pk"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.file.name
