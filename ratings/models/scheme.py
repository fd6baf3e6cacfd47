"""A county's 考评标准 for a year. The file itself (formats §1) is stored whole; SQL and Python both read ``body``."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pghistory
import pgtrigger
import simplejson
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from ratings.models.programme import Programme
from ratings.models.register_run import marks_stale
from ratings.scheme.kept_specs import spec_of
from ratings.scheme.spec import SchemeSpec
from villages.models import Level, Unit, UnitQuerySet, below_any, prefixes


class ExactEncoder(simplejson.JSONEncoder):
    """Writes decimals as JSON numbers with all their digits (jsonb keeps them exactly)."""


class ExactDecoder(json.JSONDecoder):
    """Reads every number with a fraction as a decimal, never as a float."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **{**kwargs, "parse_float": Decimal})


class SchemeQuerySet(models.QuerySet):
    def issued(self) -> SchemeQuerySet:
        return self.filter(state=Scheme.State.ISSUED)

    def seen_by(self, user: Any) -> SchemeQuerySet:
        """The issued schemes of all units around those of ``user``, above and below, and the drafts that they write.

        Everybody who is rated by a scheme, rates by it or oversees it may read it; a draft only those who may change
        it.
        """
        held, managed = user.reach("ratings.view_scheme"), user.reach("ratings.manage_scheme")
        around = below_any(held, "unit_id") | Q(unit__in={above for code in held for above in prefixes(code)})
        return self.filter(Q(state=Scheme.State.ISSUED) & around | below_any(managed, "unit_id"))


class SchemeManager(models.Manager.from_queryset(SchemeQuerySet)):
    """The schemes by which stars are given: code that forgets about programmes never meets one of their schemes."""

    def get_queryset(self) -> SchemeQuerySet:
        return super().get_queryset().filter(programme=None)


@pghistory.track()
class Scheme(models.Model):
    """``programme``: that of a second standard; without one it is the place's own standard for stars."""

    class State(models.TextChoices):
        DRAFT = "draft", _("Draft")
        ISSUED = "issued", _("Issued")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="schemes", verbose_name=_("County"))
    programme = models.ForeignKey(
        Programme, null=True, blank=True, on_delete=models.PROTECT, related_name="+", verbose_name=_("Programme")
    )
    rates = models.CharField(max_length=10, choices=Level, default=Level.VILLAGE)
    year = models.PositiveSmallIntegerField(_("Year"))
    version = models.PositiveSmallIntegerField(_("Version"), default=1)
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=200)
    state = models.CharField(max_length=10, choices=State, default=State.DRAFT)
    issued_at = models.DateTimeField(null=True)
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    body = models.JSONField(encoder=ExactEncoder, decoder=ExactDecoder)

    objects = SchemeManager()
    with_programmes = SchemeQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("view_scheme", "Read schemes"), ("manage_scheme", "Write and issue schemes")]
        ordering = ["unit", "-year", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "rates", "year", "version", "programme"],
                nulls_distinct=False,
                name="one_scheme_version",
            ),
            models.CheckConstraint(
                condition=Q(state="draft") ^ Q(issued_at__isnull=False), name="scheme_issued_has_time"
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="scheme_states", field="state", transitions=[("draft", "issued")]),
            pgtrigger.Protect(
                name="issued_scheme_is_frozen",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__state="issued"),
            ),
            pgtrigger.ReadOnly(name="scheme_stays_in_its_programme", fields=["programme"]),
            *marks_stale("scheme", "select unit_id from written where state = 'issued' and programme_id is null"),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.year}/{self.version}"

    @cached_property
    def spec(self) -> SchemeSpec:
        """The body as a typed specification; it was validated on import."""
        if self.state == Scheme.State.ISSUED and self.pk:
            return spec_of(self.pk, self.body)
        return SchemeSpec.model_validate(self.body)

    def earlier_versions(self) -> SchemeQuerySet:
        """The earlier versions for the same unit and year, the latest first."""
        return self.versions().filter(version__lt=self.version).order_by("-version")

    def versions(self) -> SchemeQuerySet:
        """All versions for the same unit, year and programme."""
        return Scheme.with_programmes.filter(
            unit=self.unit_id, rates=self.rates, year=self.year, programme=self.programme_id
        )

    def rated_units(self) -> UnitQuerySet:
        """The units that this scheme rates."""
        return Unit.objects.within(self.unit_id).rated(self.rates)
