"""The star register (星级台账): who held which star from when to when, and what was known when (bitemporal,
formats §3)."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pgtrigger
from django.contrib.postgres.fields import ArrayField, DateRangeField
from django.db import models
from django.db.models import Func, Max, Min, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ratings.models.decision import Decision
from ratings.models.scheme import Scheme
from records.locks import Lock, call_of
from villages.models import Unit

FEW = 50
"""Up to so many units are locked one by one, more of them by one lock for all (``Lock.REGISTER``)."""
_NO_OVERLAP = f"""
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the register is written at the isolation level "read committed" alone'
            USING ERRCODE = 'feature_not_supported';
    END IF;
    IF (SELECT count(DISTINCT unit_id) FROM added) > {FEW} THEN
        PERFORM {call_of(Lock.REGISTER)};
        PERFORM set_config('enable_nestloop', 'off', true);
    ELSE
        PERFORM {call_of(Lock.REGISTER, shared=True)};
        PERFORM {call_of(Lock.STARS, "key")}
        FROM (SELECT DISTINCT hashtext(unit_id) AS key FROM added ORDER BY key) AS ordered;
    END IF;
    EXECUTE 'SELECT a.unit_id FROM added a JOIN ratings_starperiod p
        ON p.unit_id = a.unit_id AND p.superseded_at IS NULL AND p.id <> a.id AND p.during && a.during
        WHERE a.superseded_at IS NULL LIMIT 1' INTO clash;
    PERFORM set_config('enable_nestloop', nested, true);
    IF clash IS NOT NULL THEN
        RAISE EXCEPTION 'two known periods of % overlap', clash USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
"""  # noqa: S608 our own numbers
"""An exclusion constraint would guarantee the same at ten times the cost: it searches a GiST index for each row. What
it does for two transactions that do not see each other, the locks of ``ratings.register.rerating`` do here: whoever
waited for them sees what the other has committed. (The statement is planned each time, for one row or a hundred
thousand; for many never row by row, which a planner without statistics would choose.) It waits for nothing that a
re-rating does not hold: what this writes belongs to the units that it has locked, so that few of many find the register
held alone, and few of few the lock of each. Only somebody who writes past the workflow waits here."""


class _Day(Func):
    """The first day of a period (``lower``), or the day after it (``upper``)."""

    output_field = models.DateField()


class StarPeriodQuerySet(models.QuerySet):
    def known(self) -> StarPeriodQuerySet:
        """The register as known now."""
        return self.filter(superseded_at=None)

    def known_at(self, moment: datetime) -> StarPeriodQuerySet:
        """The register as it was known before ``moment``."""
        return self.filter(Q(superseded_at=None) | Q(superseded_at__gte=moment), recorded_at__lt=moment)

    def on(self, day: date | None = None) -> StarPeriodQuerySet:
        """The star of each unit on ``day`` (default today), as known now."""
        return self.known().filter(during__contains=day or timezone.localdate())

    def with_since(self) -> StarPeriodQuerySet:
        """Each with ``since``: the day on which the star last changed, which may lie before the period."""
        earlier = StarPeriod.objects.known().filter(unit=OuterRef("unit"), during__fully_lt=OuterRef("during"))
        changed = Max(_Day("during", function="upper"), filter=~Q(star=OuterRef("star")))
        began = Min(_Day("during", function="lower"))
        one_look = earlier.order_by().values("unit").annotate(day=Coalesce(changed, began)).values("day")
        return self.annotate(since=Coalesce(Subquery(one_look), _Day("during", function="lower")))


class StarPeriod(models.Model):
    """A unit's star over ``during`` (half-open days; the last one has no end).

    Written only by ``ratings/register/rerating.py``. A recomputation never changes a row: it sets ``superseded_at`` and
    adds new rows, so that "what did we know then" can be answered.
    """

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="star_periods", db_index=False)
    during = DateRangeField(_("Held"))
    star = models.PositiveSmallIntegerField(_("Star"))
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    scheme = models.ForeignKey(Scheme, null=True, on_delete=models.PROTECT, related_name="+")
    effects = ArrayField(models.CharField(max_length=20), default=list)
    recorded_at = models.DateTimeField()
    superseded_at = models.DateTimeField(null=True)

    objects = StarPeriodQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("view_register", "See the star register")]
        ordering = ["unit", "during"]
        constraints = [
            models.UniqueConstraint(
                "unit", "during__startswith", condition=Q(superseded_at=None), name="one_known_period_begins_on_a_day"
            ),
            models.CheckConstraint(condition=Q(during__isempty=False), name="star_period_not_empty"),
        ]
        indexes = [
            # Dashboards read thousands of periods, which lie all over the table: all that they ask stands here.
            models.Index(fields=["unit"], include=["superseded_at", "star", "during"], name="star_periods_of_a_unit"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="star_periods_do_not_overlap",
                when=pgtrigger.After,
                level=pgtrigger.Statement,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="added"),
                declare=[("clash", "text"), ("nested", "text := current_setting('enable_nestloop')")],
                func=_NO_OVERLAP,
            ),
            pgtrigger.ReadOnly(name="what_was_held_stays", exclude=["superseded_at"]),
            pgtrigger.Protect(name="star_period_stays", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="superseded_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__superseded_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.star} {self.during}"

    @property
    def last_day(self) -> date | None:
        """The last day of the period; None while it continues."""
        return self.during.upper and self.during.upper - timedelta(days=1)
