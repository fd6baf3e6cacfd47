"""One year's rating (年度评定) of a county under one issued scheme, with its windows (时限)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left, Length
from django.db.models.lookups import LessThan
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.kept_points import keeps_points_of_a_cycle
from ratings.models.programme import stars_only
from ratings.models.scheme import Scheme
from villages.models import CODE_LENGTHS, Level, Unit, UnitQuerySet, above, below_any

TOWNSHIP_DIGITS = CODE_LENGTHS[3]
RATED_IN_CYCLE = """
    u.code >= c.unit_id and u.code < c.unit_id || '~' and u.level = s.rates and (u.rated or u.level = 'township')
    and u.ended is null
    and (c.townships = '{}' or left(u.code, 9) = any (c.townships))
"""
"""``Cycle.rated_units`` for SQL: whether the unit ``u`` is rated in the cycle ``c`` under its scheme ``s``."""


class CycleQuerySet(models.QuerySet):
    def reaching(self, codes: Iterable[str]) -> CycleQuerySet:
        """Those of the counties at or above ``codes`` that rate something there: a pilot in its townships alone.

        The database cuts the codes, so that they may be placeholders (``accounts.prepared``)."""
        here = Q(pk__in=[])
        for code in codes:
            township = Left(Value(code), TOWNSHIP_DIGITS)
            whole = Q(townships=[]) | Q(townships__contains=[township])
            here |= above(code, "unit_id") & (whole | Q(LessThan(Length(township), TOWNSHIP_DIGITS)))
        return self.filter(here)


@pghistory.track()
class Cycle(models.Model):
    """``year`` is the year assessed; ``facts_until`` the cut-off of its decisions (formats §3).

    ``townships``: the codes of those that a pilot rates; empty for the whole county.
    """

    class State(models.TextChoices):
        OPEN = "open", pgettext_lazy("state of a rating", "Open")
        CLOSED = "closed", pgettext_lazy("state of a rating", "Closed")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="cycles", verbose_name=_("County"))
    scheme = models.ForeignKey(Scheme, on_delete=models.PROTECT, related_name="cycles")
    year = models.PositiveSmallIntegerField(_("Year"))
    townships = ArrayField(
        models.CharField(max_length=TOWNSHIP_DIGITS), verbose_name=_("Townships"), default=list, blank=True
    )
    facts_until = models.DateField(_("Last day for facts"))
    meeting_minutes_required = models.BooleanField(
        _("The villagers' representatives must have met on the application: their minutes are attached"), default=False
    )
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    scoring_closed_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    closing_document = models.CharField(_("Document"), max_length=200, blank=True)
    closing_reason = models.TextField(_("Reason"), blank=True, help_text="Why it was closed while applying was open")

    objects = CycleQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("manage_cycle", "Open and close cycles")]
        ordering = ["unit", "-year"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "scheme"], name="one_cycle_per_scheme"),
            models.CheckConstraint(
                condition=Q(state="open") ^ Q(closed_at__isnull=False), name="cycle_closed_has_time"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="cycle_states", field="state", transitions=[("open", "closed"), ("closed", "open")]),
            pgtrigger.ReadOnly(name="cycle_keeps_its_townships", fields=["townships"]),
            stars_only("cycle_is_of_no_programme"),
            keeps_points_of_a_cycle(),
            pgtrigger.Trigger(
                name="cycle_townships_are_its_own",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Condition("NEW.townships <> '{}'"),
                func="""
                    IF EXISTS (
                        SELECT FROM unnest(NEW.townships) AS t (code)
                        LEFT JOIN villages_unit u ON u.code = t.code
                            AND u.level = 'township' AND u.code >= NEW.unit_id AND u.code < NEW.unit_id || '~'
                        WHERE u.code IS NULL
                    ) THEN
                        RAISE EXCEPTION 'a cycle names townships of its own county' USING ERRCODE = 'check_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="cycle_reopens_with_its_reversal",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="closed", new__state="open"),
                func="""
                    IF NOT EXISTS (
                        SELECT FROM ratings_closingreversal WHERE cycle_id = OLD.id AND closed_at = OLD.closed_at
                    ) THEN
                        RAISE EXCEPTION 'a closed cycle opens again by a recorded reversal only'
                            USING ERRCODE = 'restrict_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.title}"

    @property
    def title(self) -> str:
        """Its year, and what tells it from the other ratings of that year."""
        return " · ".join(filter(None, [str(self.year), self.standard]))

    @property
    def standard(self) -> str:
        """The name of its scheme where townships or stations are rated, as their county rates its villages too."""
        return "" if self.scheme.rates == Level.VILLAGE else self.scheme.name

    @property
    def places(self) -> list[str]:
        """The codes of the places that it rates: the named townships, or the county."""
        return self.townships or [self.unit_id]

    @property
    def is_pilot(self) -> bool:
        return bool(self.townships)

    def window(self, step: str) -> Window | None:
        return next((window for window in self.windows.all() if window.step == step), None)

    def covers(self, code: str) -> bool:
        """Whether what stands at ``code`` lies in what it rates."""
        return any(code.startswith(place) for place in self.places)

    def works_at(self, code: str) -> bool:
        """Whether it is reviewed at ``code``: the county itself, or a place that it covers.

        No township reviews itself.
        """
        return code == self.unit_id or (self.covers(code) and self.scheme.rates != Level.TOWNSHIP)

    def concerned(self, field: str = "code") -> Q:
        """Its county's own rows and those of the places that it rates, not those of the townships left alone."""
        return below_any(self.places, field) | Q(**{field: self.unit_id})

    def rated_units(self) -> UnitQuerySet:
        """The units that it rates; ``RATED_IN_CYCLE`` says the same in SQL."""
        return self.scheme.rated_units().filter(below_any(self.places))


@pghistory.track(pghistory.InsertEvent())
class ClosingReversal(models.Model):
    """The closing of ``closed_at`` was reversed: its decisions never counted (practice §3)."""

    cycle = models.ForeignKey(Cycle, on_delete=models.PROTECT, related_name="closing_reversals")
    closed_at = models.DateTimeField()
    document = models.CharField(_("Document"), max_length=200, blank=True, help_text="Of the closing")
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cycle", "closed_at"], name="one_reversal_per_closing"),
            models.CheckConstraint(condition=~Q(reason=""), name="closing_reversal_is_reasoned"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.cycle} {self.closed_at}"


class CycleStep(models.TextChoices):
    """The steps of a cycle that have a window."""

    APPLY = "apply", _("Self-assessment and application")
    TOWNSHIP_REVIEW = "township_review", _("Township review")
    COUNTY_REVIEW = "county_review", _("County review")


@pghistory.track()
class Window(models.Model):
    """When a step may be done: ``opens`` ≤ now < ``closes``."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="windows")
    step = models.CharField(max_length=20, choices=CycleStep)
    opens = models.DateTimeField(_("Opens"))
    closes = models.DateTimeField(_("Closes"))

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cycle", "step"], name="one_window_per_step"),
            models.CheckConstraint(condition=Q(closes__gt=F("opens")), name="window_closes_after_opening"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.step}"

    def is_open(self, at: datetime | None = None) -> bool:
        return self.opens <= (at or timezone.now()) < self.closes


@pghistory.track()
class Extension(models.Model):
    """More time for one unit in one step (practice §3), with its reason; the latest one counts."""

    cycle = models.ForeignKey(Cycle, on_delete=models.CASCADE, related_name="extensions")
    step = models.CharField(max_length=20, choices=CycleStep, default=CycleStep.APPLY)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    closes = models.DateTimeField(_("Closes"))
    reason = models.TextField(_("Reason"))
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["cycle", "unit", "step"], name="one_extension_per_unit_and_step")
        ]

    def __str__(self) -> str:
        return f"{self.cycle} {self.unit_id} {self.step}"
