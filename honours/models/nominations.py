"""A village's nomination in a round, and the opinion of each level on it."""

from __future__ import annotations

from typing import Any

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from honours.models.lifecycle import NOMINATION_STEPS, VIEW, NominationState, OpinionLevel
from honours.models.rounds import Round
from honours.models.rule import TODAY, open_events, star_on
from incentives.models.source import AllConditions
from records.models import StoredFile
from villages.models import Unit, below_any

User = settings.AUTH_USER_MODEL
State = NominationState
ELIGIBLE = f"""
    SELECT * INTO r FROM honours_round WHERE id = NEW.round_id;
    IF LEAST({star_on("NEW.unit_id", "r.day")}, {star_on("NEW.unit_id", f"GREATEST(r.day, {TODAY})")}) < r.min_star THEN
        RAISE EXCEPTION 'the village does not hold the star that the round asks for' USING ERRCODE = 'check_violation';
    END IF;
    IF EXISTS ({open_events("NEW.unit_id", "r.barring")}) THEN
        RAISE EXCEPTION 'an event of a kind that bars is open' USING ERRCODE = 'check_violation';
    END IF;
"""  # noqa: S608 expressions of our own code
"""The star of the round's day and today's, and no open event of the kinds that bar (``models.rule``)."""
FORWARD = pgtrigger.Q(new__state__in=["county", "city", "listed", "named"])


class NominationQuerySet(models.QuerySet["Nomination"]):
    def seen_by(self, user: Any) -> NominationQuerySet:
        return self.filter(below_any(user.reach(VIEW), "unit_id"))

    def open(self) -> NominationQuerySet:
        return self.filter(state__in=State.OPEN)

    def live(self) -> NominationQuerySet:
        return self.filter(state__in=State.LIVE)

    def titled(self) -> NominationQuerySet:
        """Named by their round, whether or not the title has been withdrawn since."""
        return self.filter(state__in=State.TITLED)

    def public(self) -> NominationQuerySet:
        """What anybody may see: on the list under notice, named, or named once."""
        return self.filter(round__state__in=Round.State.PUBLIC, state__in=State.PUBLIC)


@pghistory.track()
class Nomination(models.Model):
    """``star``: what the village held on the round's day. ``reason``: why it ended. The unit changes only by a merger.

    ``by_rule``: it ended because the village no longer met the conditions, not by anybody's decision.
    """

    State = NominationState

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="nominations")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="nominations", verbose_name=_("Unit"))
    star = models.PositiveSmallIntegerField(_("Star"))
    grounds = models.TextField(_("What the village has achieved"))
    file = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Attachment")
    )
    state = models.CharField(_("State"), max_length=10, choices=NominationState, default=NominationState.TOWNSHIP)
    nominated_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField(default=timezone.now)
    reason = models.TextField(_("Reason"), blank=True)
    by_rule = models.BooleanField(default=False)
    closed_at = models.DateTimeField(_("Closed"), null=True)

    objects = NominationQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name = _("Nomination")
        permissions = [
            ("nominate", "Nominate one's own village as a model village"),
            ("opine_township", "Give the township's opinion on nominations"),
            ("opine_county", "Give the county's opinion on nominations"),
            ("opine_city", "Give the city's opinion on nominations"),
        ]
        ordering = ["unit", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit"], condition=Q(state__in=State.LIVE.values), name="one_live_nomination_per_round"
            ),
            models.CheckConstraint(condition=~Q(grounds=""), name="nomination_has_grounds"),
            models.CheckConstraint(
                condition=Q(state__in=State.LIVE.values, closed_at=None)
                | Q(state__in=State.ENDED.values, closed_at__isnull=False) & ~Q(reason=""),
                name="nomination_ended_with_reason",
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="nomination_states", field="state", transitions=NOMINATION_STEPS.transitions),
            pgtrigger.ReadOnly(
                name="what_was_nominated_stays",
                fields=["round", "star", "grounds", "file", "nominated_by", "nominated_at"],
            ),
            pgtrigger.Protect(name="nomination_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="ended_nomination_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["declined", "withdrawn"]),
            ),
            pgtrigger.Trigger(
                name="nomination_begins_eligible",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("r", "honours_round%ROWTYPE")],
                func=f"""
                    {ELIGIBLE}
                    IF r.state <> 'open' OR NEW.state <> 'township' OR NOT starts_with(NEW.unit_id, r.unit_id)
                        OR NOT EXISTS (SELECT FROM villages_unit u WHERE u.code = NEW.unit_id AND u.level = 'village')
                    THEN
                        RAISE EXCEPTION 'a village is nominated to its township, in an open round of its place'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.star <> {star_on("NEW.unit_id", "r.day")} THEN
                        RAISE EXCEPTION 'the star is another one' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="nomination_goes_on_eligible",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=AllConditions(pgtrigger.AnyChange("state"), FORWARD),
                declare=[("r", "honours_round%ROWTYPE")],
                func=f"""
                    PERFORM FROM honours_round WHERE id = NEW.round_id FOR UPDATE;
                    {ELIGIBLE}
                    IF OLD.state IN ('township', 'county', 'city') AND (r.state <> 'open' OR NOT EXISTS (
                        SELECT FROM honours_opinion o
                        WHERE o.nomination_id = NEW.id AND o.level = OLD.state AND o.supports
                    )) THEN
                        RAISE EXCEPTION 'the level has not supported it' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.state = 'county' AND (NEW.state = 'listed') <> (length(r.unit_id) = 6) THEN
                        RAISE EXCEPTION 'a county ends its own rounds alone' USING ERRCODE = 'check_violation';
                    END IF;
                    IF OLD.state = 'county' AND r.quota <= (
                        SELECT count(*) FROM honours_nomination n
                        WHERE n.round_id = r.id AND left(n.unit_id, 6) = left(NEW.unit_id, 6)
                          AND n.state IN {State.BEYOND_COUNTY.sql}
                    ) THEN
                        RAISE EXCEPTION 'the quota of the county is used up' USING ERRCODE = 'check_violation';
                    END IF;
                    IF NEW.state = 'named' AND (r.state <> 'named' OR EXISTS (
                        SELECT FROM honours_replyfinding f JOIN honours_departmentreply a ON a.id = f.reply_id
                        WHERE f.nomination_id = NEW.id
                          AND NOT EXISTS (SELECT FROM honours_departmentreply c WHERE c.corrects_id = a.id)
                    )) THEN
                        RAISE EXCEPTION 'the round has not named it, or a department has found something'
                            USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 words of our own
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.round}"

    def get_absolute_url(self) -> str:
        return reverse("nomination", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in State.OPEN


@pghistory.track(pghistory.InsertEvent())
class Opinion(models.Model):
    """What one level says of a nomination that has reached it."""

    nomination = models.ForeignKey(Nomination, on_delete=models.PROTECT, related_name="opinions")
    level = models.CharField(_("Level"), max_length=10, choices=OpinionLevel)
    supports = models.BooleanField(_("Supports it"))
    text = models.TextField(_("Opinion"))
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        default_permissions = ()
        verbose_name = pgettext_lazy("nomination", "Opinion")
        ordering = ["at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["nomination", "level"], name="each_level_says_once"),
            models.CheckConstraint(condition=~Q(text=""), name="opinion_says_something"),
        ]
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
            pgtrigger.Trigger(
                name="opinion_of_the_level_it_is_with",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT FROM honours_nomination n WHERE n.id = NEW.nomination_id AND n.state = NEW.level
                    ) THEN
                        RAISE EXCEPTION 'the nomination is not with that level' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.nomination_id} {self.level}"
