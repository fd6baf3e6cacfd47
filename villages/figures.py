"""The tables that offices fill in: yearly figures of villages and tags of units, with their parsing."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from records.numbers import without_groups
from villages.models import Level, Profile, Unit, UnitQuerySet
from villages.tables import AskedFigure, FillInTable
from villages.workflow.reporting import FIGURES
from villages.workflow.tagging import LONGEST_TAG, MOST_TAGS

WHOLE = re.compile(r"[0-9]{1,8}")
INCOME = re.compile(r"[0-9]{1,9}(\.[0-9]{1,2})?")
SEPARATORS = re.compile(r"[\s,，、;；]+")
TAG = re.compile(r"[\w-]+")
TAGGED = (Level.VILLAGE, Level.STATION)


def whole(typed: str) -> int | None:
    """A count; full-width digits are digits, commas may group thousands. Raises ``ValueError``: what is expected."""
    if not (text := _plain(typed)):
        return None
    if not WHOLE.fullmatch(text):
        raise ValueError(_("a whole number, such as 1200"))
    return int(text)


def income(typed: str) -> Decimal | None:
    """10,000 yuan, to the cent of it. Raises ``ValueError``: what is expected."""
    if not (text := _plain(typed)):
        return None
    if not INCOME.fullmatch(text):
        raise ValueError(_("10,000 yuan, at most two decimals, such as 85.6"))
    return Decimal(text)


def _plain(typed: str) -> str:
    return without_groups(unicodedata.normalize("NFKC", typed).strip())


def tags(typed: str) -> list[str]:
    """Tags, each once, separated by 、 or a comma. Raises ``ValueError``: what is expected."""
    found = list(dict.fromkeys(tag for tag in SEPARATORS.split(typed) if tag))
    if len(found) > MOST_TAGS or any(len(tag) > LONGEST_TAG or not TAG.fullmatch(tag) for tag in found):
        raise ValueError(
            _("at most %(most)d tags of at most %(longest)d characters, with 、 between them")
            % {"most": MOST_TAGS, "longest": LONGEST_TAG}
        )
    return found


def _number(value: int | Decimal | None) -> str:
    return "" if value is None else f"{value:f}" if isinstance(value, Decimal) else str(value)


def asked_figures() -> list[AskedFigure]:
    labels = {name: str(Profile._meta.get_field(name).verbose_name) for name in FIGURES}
    return [AskedFigure(name, labels[name], income if name == "income" else whole, _number) for name in FIGURES]


def asked_tags() -> list[AskedFigure]:
    longest = MOST_TAGS * (LONGEST_TAG + 1)
    return [AskedFigure("tags", _("Tags"), tags, lambda value: "、".join(value or ()), longest, numeric=False)]


def mark_of(year: int) -> tuple[str, str]:
    """The column that marks each row of a sheet of figures with its year."""
    return _("Year"), str(year)


def villages_of(reach: Iterable[str]) -> UnitQuerySet:
    """The villages that report figures."""
    return Unit.objects.rated().within_any(reach).order_by("code")


def taggable(reach: Iterable[str]) -> UnitQuerySet:
    """Rated villages and stations, the units whose tags matter."""
    return Unit.objects.standing().within_any(reach).filter(level__in=TAGGED, rated=True).order_by("code")


def figures_table(units: Sequence[Unit], year: int) -> FillInTable:
    """The units' figures of ``year``, beside those of the year before."""
    kept: dict[int, dict[tuple[str, str], Any]] = {year - 1: {}, year: {}}
    for profile in Profile.objects.filter(unit__in=units, year__in=kept):
        kept[profile.year] |= {(profile.unit_id, name): getattr(profile, name) for name in FIGURES}
    return FillInTable(
        _("Figures %d") % year,
        asked_figures(),
        units,
        kept[year],
        before=kept[year - 1],
        before_word=str(year - 1),
        mark=mark_of(year),
    )


def tags_table(units: Sequence[Unit]) -> FillInTable:
    return FillInTable(_("Tags"), asked_tags(), units, {(unit.code, "tags"): unit.tags for unit in units})


def tags_in_use(reach: Collection[str]) -> list[str]:
    """The tags in use on units within ``reach``, sorted."""
    return sorted({tag for of_one in taggable(reach).values_list("tags", flat=True) for tag in of_one})
