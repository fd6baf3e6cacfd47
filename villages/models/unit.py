"""Units of every level. A division code is its own path (architecture §2): 33 → 3306 → 330624 → … → 330624108201."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Left
from django.db.models.lookups import In
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from villages.pinyin import pattern_of, pinyin_of

CODE_LENGTHS = (2, 4, 6, 9, 12)
COUNTY_LENGTH, TOWNSHIP_LENGTH = CODE_LENGTHS[2:4]
CODE = r"[0-9]{2}([0-9]{2}(([0-9]{2}|Z[0-9])([0-9]{3}([0-9]{3}|S[0-9]{2})?)?)?)?"
"""Pattern of a code, for Python and PostgreSQL alike: a zone below a city has a Z, a station an S."""
BY_COUNTY = "_by_county"
LONGEST_SEARCH = 50
SHORTEST_END = 3
"""The short form of a village code in everyday use: its last three digits."""
PLAIN = {wide: wide - 0xFEE0 for wide in [*range(0xFF10, 0xFF1A), *range(0xFF21, 0xFF3B), *range(0xFF41, 0xFF5B)]}
PLAIN[0x3000] = ord(" ")
"""Full-width digits, letters and space, as a Chinese keyboard types them. Brackets stay: names contain them."""


def prefixes(code: str) -> list[str]:
    """The codes of every unit above ``code`` and itself, topmost first."""
    return [code[:n] for n in CODE_LENGTHS if n <= len(code)]


def county_of(code: str) -> str:
    """The code of the county that ``code`` lies in; shorter codes as they are."""
    return code[:COUNTY_LENGTH]


def is_station(code: str) -> bool:
    return code[TOWNSHIP_LENGTH : TOWNSHIP_LENGTH + 1] == "S"


def township_of(code: str) -> str:
    """The code of the township that ``code`` lies in; shorter codes as they are."""
    return code[:TOWNSHIP_LENGTH]


def below(code: str, field: str = "code") -> Q:
    """``code`` and everything below it, as an index range (codes are digits and capitals, "~" sorts after)."""
    return Q(**{f"{field}__gte": code, f"{field}__lt": code + "~"})


def above(code: str, field: str = "code") -> Q:
    """``code`` and everything above it. The database cuts the code, so that it may be a placeholder
    (``accounts.prepared``)."""
    return Q(In(F(field), [Left(Value(code), digits) for digits in CODE_LENGTHS]))


def below_any(codes: Iterable[str], field: str = "code") -> Q:
    """Any of ``codes`` and everything below them; matches nothing if there are none."""
    return reduce(or_, (below(code, field) for code in codes), Q()) or Q(pk__in=[])


def around_any(codes: Collection[str], field: str = "code") -> Q:
    """Any of ``codes``, everything above and everything below them."""
    return reduce(or_, (above(code, field) for code in codes), below_any(codes, field))


def by_county(column: str, name: str) -> dict[str, Any]:
    """For the history of a table that grows by the hundred thousand at once: an index that finds the newest rows of a
    county, whatever was written elsewhere since. ``column``: of the unit."""
    county = Left(column, COUNTY_LENGTH)
    return {"indexes": [models.Index(county, F("pgh_created_at"), F("pgh_id"), name=f"{name}{BY_COUNTY}")]}


def matching(typed: str, to: str = "") -> Q:
    """Units that match ``typed``: either end of a code, part of a name, or its pinyin or initials (``sx``: 沙溪).

    ``to`` leads to the unit from the rows that are searched ("unit__"). A few characters of a name or the end of a code
    cannot use an index: restrict the rows to those below a code first, which the reader's reach does anyway.
    """
    typed = typed.translate(PLAIN).strip()[:LONGEST_SEARCH]
    if typed.isascii() and typed[:1].isdigit():
        code = "".join(typed.upper().split())
        ends = Q(**{f"{to}code__endswith": code}) if SHORTEST_END <= len(code) < CODE_LENGTHS[-1] else Q(pk__in=[])
        return below(code, f"{to}code") | ends
    if typed.isascii() and (pattern := pattern_of(typed)):
        return Q(**{f"{to}pinyin__regex": pattern})
    return Q(**{f"{to}name__contains": typed}) if typed else Q()


class Level(models.TextChoices):
    PROVINCE = "province", _("Province")
    CITY = "city", _("City")
    COUNTY = "county", _("County")
    ZONE = "zone", _("Development zone")
    TOWNSHIP = "township", _("Township")
    VILLAGE = "village", _("Village")
    STATION = "station", _("Grassroots station")


RATEABLE = Q(rated=True) | Q(level=Level.TOWNSHIP)
"""Every township; of the units below, those marked as rated."""


class UnitQuerySet(models.QuerySet):
    def within(self, unit: Unit | str) -> UnitQuerySet:
        return self.filter(below(getattr(unit, "code", unit)))

    def within_any(self, codes: Iterable[str]) -> UnitQuerySet:
        return self.filter(below_any(codes))

    def matching(self, typed: str) -> UnitQuerySet:
        return self.filter(matching(typed))

    def visible_to(self, user) -> UnitQuerySet:
        return self.within_any(user.reach("villages.view_unit"))

    def standing(self, day: date | None = None) -> UnitQuerySet:
        """Units that have not ended (by merger or split) on ``day``, today when absent."""
        return self.filter(Q(ended=None) | Q(ended__gt=day or timezone.localdate()))

    def rated(self, level: str = Level.VILLAGE) -> UnitQuerySet:
        """Units of ``level`` that a scheme for that level rates (of village-level units only 村, practice §2)."""
        return self.standing().filter(RATEABLE, level=level)

    def rateable(self) -> UnitQuerySet:
        """Units that a scheme of some level may rate."""
        return self.filter(RATEABLE)


@pghistory.track(exclude=["pinyin"], meta=by_county("code", "unit_history"))
class Unit(models.Model):
    """A place that reports, decides or watches. ``tags`` are the county's words for its kind (平原, 山区 …).

    ``pinyin`` follows from the name: whoever writes rows past ``save`` writes it too. ``ended``: the first day on which
    the unit no longer exists, because an order merged or split it.
    """

    code = models.CharField(_("Division code"), max_length=12, primary_key=True, db_collation="C")
    name = models.CharField(pgettext_lazy("of a thing", "Name"), max_length=100)
    pinyin = models.TextField(editable=False, default="")
    level = models.CharField(_("Level"), max_length=10, choices=Level)
    rated = models.BooleanField(_("Rated"), default=False)
    tags = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("Tags"))
    ended = models.DateField(_("Ended on"), null=True, blank=True, editable=False)

    objects = UnitQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [
            ("view_unit", "See a unit"),
            ("manage_unit", "Import units and set their tags"),
            ("make_zone", "Make development zones"),
        ]
        ordering = ["code"]
        constraints = [
            models.CheckConstraint(condition=Q(code__regex=r"^[0-9A-Z]{2,12}$"), name="unit_code_is_path"),
            models.CheckConstraint(condition=Q(level__in=Level.values), name="unit_level_known"),
        ]
        # The few that a province or city consists of, without reading its tens of thousands of villages.
        indexes = [
            models.Index(
                name="unit_above_townships", fields=["code"], condition=Q(level__in=["city", "county", "zone"])
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="ended_unit_stays_ended",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended__isnull=False) & pgtrigger.Q(old__ended__df=pgtrigger.F("new__ended")),
            )
        ]

    def __str__(self) -> str:
        return self.name

    def save(self, *args, update_fields: Iterable[str] | None = None, **kwargs) -> None:
        self.pinyin = pinyin_of(self.name)
        if update_fields is not None and "name" in update_fields:
            update_fields = {*update_fields, "pinyin"}
        super().save(*args, update_fields=update_fields, **kwargs)

    @property
    def level_name(self) -> str:
        """As ``get_level_display``, which would look through all choices for each unit of a list."""
        return str(Level(self.level).label)

    @property
    def is_rateable(self) -> bool:
        """As ``RATEABLE`` says for many."""
        return self.rated or self.level == Level.TOWNSHIP

    @property
    def parent_code(self) -> str | None:
        above = prefixes(self.code)[:-1]
        return above[-1] if above else None

    def children(self) -> UnitQuerySet:
        """The units directly below: those of the next length of code (a township's: villages and stations)."""
        lengths = [n for n in CODE_LENGTHS if n > len(self.code)]
        return Unit.objects.within(self).filter(code__regex=f"^.{{{lengths[0]}}}$") if lengths else Unit.objects.none()

    def contains(self, code: str) -> bool:
        return code.startswith(self.code)
