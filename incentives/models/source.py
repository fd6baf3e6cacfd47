"""What a reward policy and a project fund share: a budget, an opinion and filing, a line for each unit.

``committed`` and ``disbursed`` of both a source and its lines are running totals of the ledger, net of what was claimed
back. Only the ledger's trigger updates them (``ledger.py``), and the constraints here always hold, whoever writes.
"""

from __future__ import annotations

from decimal import Decimal
from functools import reduce
from operator import or_
from typing import Any

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.authority import where_held
from accounts.departments import departments_held, is_staffed, staff
from incentives.models.lifecycle import HAND_OVER, STEPS, WRITE_OWN, SourceState
from records.models import StoredFile
from villages.models import Level, Unit, below_any

User = settings.AUTH_USER_MODEL


class RewardFigure(models.TextChoices):
    """A figure of a unit's profile that rewards and funds depend on."""

    POPULATION = "population", _("Population")
    HOUSEHOLDS = "households", _("Households")


def money(label: Any = None, **options: Any) -> models.DecimalField:
    """An amount in yuan, to the fen."""
    return models.DecimalField(label, max_digits=14, decimal_places=2, **options)


class AllConditions(pgtrigger.Condition):
    """Both conditions hold (the library combines only conditions of one kind)."""

    def __init__(self, *conditions: pgtrigger.Condition) -> None:
        self.conditions = conditions

    def resolve(self, model: type[models.Model]) -> str:
        return "({})".format(" AND ".join(f"({condition.resolve(model)})" for condition in self.conditions))


def totals_move_by_ledger() -> list[pgtrigger.Trigger]:
    """Refuse totals that are not 0 initially, or that are changed by anything but another trigger."""
    return [
        pgtrigger.Protect(
            name="totals_begin_at_zero",
            operation=pgtrigger.Insert,
            condition=~pgtrigger.Q(new__committed=0, new__disbursed=0),
        ),
        pgtrigger.Protect(
            name="totals_move_by_ledger",
            operation=pgtrigger.Update,
            condition=AllConditions(
                pgtrigger.AnyChange("committed", "disbursed"), pgtrigger.Condition("pg_trigger_depth() = 0")
            ),
        ),
    ]


class SourceQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> SourceQuerySet:
        """What ``user`` may see: a draft only as one who writes it, or gives it to those who will; people of
        departments see their own."""
        drafts = self.model.written_by_user(user) | self.model.to_hand_over(user)
        return self.filter(drafts | (below_any(user.reach("incentives.view_incentive"), "unit_id") & ~Q(state="draft")))

    def with_facts(self) -> SourceQuerySet:
        """Each with its ``FACTS``, of all in one query."""
        field = self.model.lines.field
        lines = field.model.objects.filter(**{field.name: OuterRef("pk")})
        return self.annotate(
            granted=Exists(lines),
            payable=Exists(lines.payable()),
            to_settle=Exists(lines.to_settle()),
            orphaned=Q(_is_orphaned()),
        )


FACTS = ("granted", "payable", "to_settle", "orphaned")
"""Read once per source; for many at once by ``SourceQuerySet.with_facts``."""


def _is_orphaned() -> Q:
    """Inside a query for sources: ``Source.orphaned``."""
    return ~Q(written_by="") & ~is_staffed(WRITE_OWN, county="unit_id", department="written_by")


class Source(models.Model):
    """Where money comes from: drafted by finance or a department, given an opinion and filed by the leading-group
    office (征求意见并备案), then effective.

    ``unit`` is the county, ``rates`` the level of the units that get something, ``year`` the year whose profile figures
    count, ``reckoning_day`` the day whose stars count. ``starts`` … ``ends`` (both inclusive) is the period in which a
    fallen star affects the money. ``attachment``: the document itself, as it is given to the office and filed.
    ``written_by``: the department whose own people write it; empty: finance. ``answer``: what they say to the opinion
    with which the office returned it, when they ask again; ``opinion`` is that opinion until there is another.
    """

    MANAGE: str
    """Who writes it: "app.verb"."""
    PAGE: str
    """The name of its page; those of its other pages begin with it."""
    LIST: str
    """The name of the page with the list of its kind."""
    LINE: str
    """The field of a ledger entry or clawback that names one of its lines."""

    lines: Any
    """Its lines, by the related name of their field."""

    State = SourceState

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name=_("County"))
    rates = models.CharField(_("For units of level"), max_length=10, choices=Level, default=Level.VILLAGE)
    year = models.PositiveSmallIntegerField(_("Year"))
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    written_by = models.CharField(_("Written by"), max_length=50, blank=True, default="")
    reckoning_day = models.DateField(_("Reckoning day"))
    starts = models.DateField(_("Period from"))
    ends = models.DateField(_("Period until"))
    budget = money(_("Budget"))
    attachment = models.ForeignKey(
        StoredFile, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Attachment")
    )
    committed = money(_("Committed"), default=0)
    disbursed = money(_("Disbursed"), default=0)
    state = models.CharField(_("State"), max_length=20, choices=State, default=State.DRAFT)
    drafted_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    sought_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    sought_at = models.DateTimeField(null=True)
    answer = models.TextField(_("Answer to the opinion"), blank=True, default="")
    opinion = models.TextField(_("Opinion"), blank=True)
    opinion_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    opinion_at = models.DateTimeField(null=True)
    filing_number = models.CharField(_("Filing number"), max_length=50, blank=True)
    effective_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    effective_at = models.DateTimeField(null=True)

    objects = SourceQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["unit", "-year", "name"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "year", "written_by", "name"], name="%(class)s_name_once"),
            models.UniqueConstraint(
                fields=["unit", "filing_number"], condition=~Q(filing_number=""), name="%(class)s_filing_number_once"
            ),
            models.CheckConstraint(
                condition=Q(starts__lte=F("reckoning_day"), ends__gte=F("reckoning_day")),
                name="%(class)s_reckoned_in_its_period",
            ),
            models.CheckConstraint(
                condition=Q(disbursed__gte=0, committed__gte=F("disbursed"), budget__gte=F("committed")),
                name="%(class)s_never_overdrawn",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") | Q(sought_by__isnull=False, sought_at__isnull=False),
                name="%(class)s_opinion_was_sought",
            ),
            models.CheckConstraint(
                condition=Q(state="draft", filing_number="")
                | Q(state="opinion_sought", filing_number="", opinion_by=None, opinion_at=None)
                | (
                    Q(state__in=["filed", "effective"], opinion_by__isnull=False, opinion_at__isnull=False)
                    & ~Q(filing_number="")
                ),
                name="%(class)s_filed_before_effective",
            ),
            models.CheckConstraint(
                condition=Q(opinion_by=None) | ~Q(opinion_by=F("sought_by")), name="%(class)s_opinion_of_another"
            ),
            models.CheckConstraint(
                condition=Q(state="effective", effective_by__isnull=False, effective_at__isnull=False)
                | (~Q(state="effective") & Q(effective_by=None, effective_at=None)),
                name="%(class)s_effective_has_time",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse(self.PAGE, args=[self.pk])

    @classmethod
    def written_by_user(cls, user: Any) -> Q:
        """Those that ``user`` writes: finance its own, the people of a department theirs."""
        mine = below_any(user.reach(cls.MANAGE), "unit_id") & Q(written_by="")
        own = (Q(unit=code, written_by=name) for code, name in sorted(departments_held(user, WRITE_OWN)))
        return reduce(or_, own, mine)

    @classmethod
    def to_hand_over(cls, user: Any) -> Q:
        """The orphaned ones that ``user`` may give to another department."""
        return below_any(user.reach(HAND_OVER), "unit_id") & _is_orphaned()

    def refresh_from_db(self, *args: Any, **options: Any) -> None:
        super().refresh_from_db(*args, **options)
        for fact in FACTS:
            vars(self).pop(fact, None)

    def admits(self, user: Any, perm: str) -> bool:
        """A department's own is written by its people alone, whatever else is written in their county."""
        return perm != WRITE_OWN or (self.unit_id, self.written_by) in departments_held(user, WRITE_OWN)

    @property
    def of_department(self) -> str:
        """The department whose it is; empty: finance's."""
        return getattr(self, "department", "") or self.written_by

    @cached_property
    def granted(self) -> bool:
        """Whether its lines have been created."""
        return self.lines.exists()

    @cached_property
    def orphaned(self) -> bool:
        """Whether the department that writes it has nobody there who could, today."""
        return bool(self.written_by) and self.written_by not in staff(self.unit_id, WRITE_OWN)

    @cached_property
    def payable(self) -> bool:
        """Whether something is owed that may be paid now."""
        return self.committed > self.disbursed and self.lines.payable().exists()

    @cached_property
    def to_settle(self) -> bool:
        """Whether a star has fallen and what that means for its money is not settled, paid or not."""
        return self.lines.to_settle().exists()

    @property
    def available(self) -> Decimal:
        """The part of the budget that is not committed yet, in yuan."""
        return self.budget - self.committed


def source_triggers(*terms: str) -> list[pgtrigger.Trigger]:
    """The state machine; ``terms`` and what every source grants are frozen once the opinion is sought. What a
    department writes may pass to another one until it is in effect."""
    return [
        *totals_move_by_ledger(),
        pgtrigger.FSM(name="source_states", field="state", transitions=STEPS.transitions),
        pgtrigger.Protect(
            name="source_begins_as_draft", operation=pgtrigger.Insert, condition=~pgtrigger.Q(new__state="draft")
        ),
        pgtrigger.Protect(
            name="terms_are_frozen",
            operation=pgtrigger.Update,
            condition=AllConditions(
                ~pgtrigger.Q(old__state="draft"),
                pgtrigger.AnyChange(
                    "unit", "rates", "year", "name", "reckoning_day", "starts", "ends", "budget", "attachment", *terms
                ),
            ),
        ),
        pgtrigger.Protect(
            name="its_writer_stays",
            operation=pgtrigger.Update,
            condition=AllConditions(
                pgtrigger.AnyChange("written_by"),
                pgtrigger.Q(old__written_by="") | pgtrigger.Q(new__written_by="") | pgtrigger.Q(old__state="effective"),
            ),
        ),
        pgtrigger.Protect(name="source_stays", operation=pgtrigger.Delete, condition=~pgtrigger.Q(old__state="draft")),
    ]


def frozen_with(table: str, column: str) -> pgtrigger.Trigger:
    """Refuse any change of a row that refers, by ``column``, to a source in ``table`` that is no longer a draft."""
    return pgtrigger.Trigger(
        name="frozen_with_its_source",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("owner", "bigint")],
        func=f"""
            FOREACH owner IN ARRAY ARRAY[
                CASE WHEN TG_OP <> 'INSERT' THEN OLD.{column} END, CASE WHEN TG_OP <> 'DELETE' THEN NEW.{column} END
            ] LOOP
                PERFORM 1 FROM {table} WHERE id = owner AND state <> 'draft' FOR SHARE;
                IF FOUND THEN
                    RAISE EXCEPTION 'terms are frozen once the opinion is sought' USING ERRCODE = 'restrict_violation';
                END IF;
            END LOOP;
            RETURN COALESCE(NEW, OLD);
        """,
    )


class GrantLineQuerySet(models.QuerySet):
    def seen_by(self, user: Any) -> GrantLineQuerySet:
        """Lines of the units where ``user`` oversees money, fills in applications, or accepts them."""
        fields = ("unit_id", "passed_to_id")
        return self.filter(reduce(or_, (where_held(user, perm, field) for perm in SEES_LINES for field in fields)))

    def payable(self) -> GrantLineQuerySet:
        """Lines on which something is owed and payment is not frozen."""
        return self.filter(committed__gt=F("disbursed"), frozen=False)

    def to_settle(self) -> GrantLineQuerySet:
        """Lines whose proposed clawback is open."""
        return self.filter(clawback_set__state="open")

    def held_by(self, units: Any) -> GrantLineQuerySet:
        """Lines now held by ``units`` (codes, or a query for them)."""
        return self.filter(Q(unit__in=units, passed_to=None) | Q(passed_to__in=units))


SEES_LINES = ("incentives.view_incentive", "ratings.fill", "ratings.accept")


class GrantLine(models.Model):
    """What a source grants to one unit. ``star`` is the star on the reckoning day, ``figure`` the profile's figure.

    ``passed_to``: the successor of the unit after an order merged or split it (practice §4). A ``frozen`` line is not
    paid any further (its unit's star has fallen) until that is settled.
    """

    GRANTED_BY: str
    """The field that names its policy or fund."""
    ledgerentry_set: Any

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    passed_to = models.ForeignKey(Unit, null=True, on_delete=models.PROTECT, related_name="+")
    star = models.PositiveSmallIntegerField(_("Star"))
    figure = models.PositiveIntegerField(_("Figure"), null=True)
    amount = money(_("Amount"))
    committed = money(_("Committed"), default=0)
    disbursed = money(_("Disbursed"), default=0)
    frozen = models.BooleanField(_("Frozen"), default=False)

    objects = GrantLineQuerySet.as_manager()

    class Meta:
        abstract = True
        default_permissions = ()
        ordering = ["unit"]
        constraints = [
            models.CheckConstraint(
                condition=Q(disbursed__gte=0, committed__gte=F("disbursed"), amount__gte=F("committed")),
                name="%(class)s_never_paid_twice",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.amount}"

    @property
    def source(self) -> Any:
        """The policy or fund that grants it."""
        return getattr(self, self.GRANTED_BY)

    @property
    def holder_id(self) -> str:
        """The code of the unit that holds it now."""
        return self.passed_to_id or self.unit_id

    @property
    def unpaid(self) -> Decimal:
        """What is committed and still to be paid, in yuan."""
        return self.committed - self.disbursed


def line_triggers(source: str) -> list[pgtrigger.Trigger]:
    """What was granted stays as it was calculated; only the ledger and freezing change a line."""
    return [
        *totals_move_by_ledger(),
        pgtrigger.ReadOnly(name="what_was_granted_stays", fields=[source, "unit", "star", "figure", "amount"]),
        pgtrigger.Protect(name="line_stays", operation=pgtrigger.Delete),
    ]
