"""Orders that merge, split or rename units (practice §4), and the succession from old units to new ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from operator import itemgetter

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from records.kept_statements import rows_of
from villages.models.unit import RATEABLE, Level, Unit, UnitQuerySet, below_any


class OrderQuerySet(models.QuerySet):
    def of(self, unit: Unit) -> OrderQuerySet:
        """Orders that affected ``unit``, the latest first."""
        return self.filter(Q(successions__before=unit) | Q(successions__after=unit)).distinct().order_by("-on", "-pk")

    def touching(self, reach: Iterable[str]) -> OrderQuerySet:
        """Orders that affected a unit below one of the codes."""
        return self.filter(pk__in=UnitSuccession.objects.filter(below_any(reach, "before_id")).values("order"))


class ReorganizationOrder(models.Model):
    """An order by a document, in force from the day ``on``; ``consequences``: what followed for whom, in words."""

    class Kind(models.TextChoices):
        MERGE = "merge", pgettext_lazy("order", "Merge")
        SPLIT = "split", pgettext_lazy("order", "Split")
        RENAME = "rename", pgettext_lazy("order", "Rename")

    kind = models.CharField(_("Kind"), max_length=10, choices=Kind)
    document = models.CharField(_("Document"), max_length=200)
    on = models.DateField(_("In force from"))
    reason = models.TextField(_("Reason"))
    posts_pass = models.BooleanField(_("The cadres go on in the successor"), default=False)
    consequences = models.JSONField(default=list)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(auto_now_add=True)

    passed: list[UnitSuccession]
    """Its successions, where ``looked_at`` carried it out."""

    objects = OrderQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        ordering = ["-on", "-id"]
        triggers = [
            pgtrigger.ReadOnly(
                name="what_was_ordered_stays", fields=["kind", "document", "on", "reason", "posts_pass", "by", "at"]
            ),
            pgtrigger.Protect(name="order_stays", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.document}"


class UnitSuccession(models.Model):
    """Star and effects of ``before`` pass to ``after``; ``main``: open work too. Names as before and after.

    A unit that continues passes to itself.
    """

    order = models.ForeignKey(ReorganizationOrder, on_delete=models.PROTECT, related_name="successions")
    before = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="passed")
    after = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="came_from")
    name_before = models.CharField(max_length=100)
    name_after = models.CharField(max_length=100)
    main = models.BooleanField(default=True)

    class Meta:
        default_permissions = ()
        ordering = ["order", "before", "after"]
        constraints = [
            models.UniqueConstraint(fields=["order", "before", "after"], name="succession_once"),
            models.UniqueConstraint(fields=["order", "before"], condition=Q(main=True), name="one_main_part"),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name_before} → {self.name_after}"


def rated_on(unit: Unit | str, day: date, level: str = Level.VILLAGE) -> UnitQuerySet:
    """The rated units of ``level`` within ``unit`` that stood on ``day``: not ended by then, nor made by an order after
    it."""
    later = UnitSuccession.objects.filter(order__on__gt=day).exclude(order__kind=ReorganizationOrder.Kind.RENAME)
    continued = later.filter(order=OuterRef("order"), after=OuterRef("after"), before=F("after"))
    made_later = later.filter(~Exists(continued)).values("after")
    return Unit.objects.within(unit).standing(day).filter(RATEABLE, level=level).exclude(pk__in=made_later)


def successors(codes: Iterable[str] | Mapping[str, date]) -> dict[str, list[tuple[str, date]]]:
    """By unit of ``codes``: the successors of its open work, in order, each with the day; of a mapping by orders after
    the unit's day alone."""
    since = codes if isinstance(codes, Mapping) else dict.fromkeys(codes, date.min)
    main = UnitSuccession.objects.filter(main=True).exclude(before=F("after")).select_related("order")
    found: dict[str, list[tuple[str, date]]] = {code: [] for code in since}
    edge = {code: (code, day) for code, day in since.items()}
    while edge:
        steps: dict[str, list[tuple[str, date]]] = {}
        for succession in main.filter(before__in={holder for holder, _day in edge.values()}):
            steps.setdefault(succession.before_id, []).append((succession.after_id, succession.order.on))
        edge = {
            code: next_step
            for code, (holder, since) in edge.items()
            if (next_step := _first_after(steps.get(holder, []), since))
        }
        for code, step in edge.items():
            found[code].append(step)
    return found


def _first_after(steps: list[tuple[str, date]], day: date) -> tuple[str, date] | None:
    return min((step for step in steps if step[1] > day), key=itemgetter(1), default=None)


def descendants(codes: Iterable[str]) -> set[str]:
    """``codes`` and all their successors (descendants)."""
    return _closure(codes, "before_id", "after_id")


def ancestors(codes: Iterable[str]) -> set[str]:
    """``codes`` and all their predecessors (ancestors)."""
    return _closure(codes, "after_id", "before_id")


# The query builder would take longer for each generation than the database does for all.
_CLOSURE = """
with recursive found (code) as (
    select unnest(%s::text[]) collate "C"
    union
    select step.{there}
    from found
    join villages_unitsuccession step on step.{here} = found.code
    join villages_reorganizationorder known on known.id = step.order_id and known.kind <> 'rename'
)
select code from found
"""


def _closure(codes: Iterable[str], here: str, there: str) -> set[str]:
    return {code for (code,) in rows_of(_CLOSURE.format(here=here, there=there), [list(codes)])}
