"""The yearly figures of villages (人口, 户数, 集体经济收入), reported by their township or county."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from records.audit import acting
from records.refusals import Incomplete, WrongState
from villages.models import Level, Profile
from villages.workflow.locking import hold

REPORT = "villages.report_profile"
FIRST_YEAR = 2000
FIGURES = ("population", "households", "income")


@transaction.atomic
def report_profiles(year: int, figures: Mapping[str, Mapping[str, int | Decimal | None]], *, by: Any) -> int:
    """Store ``figures`` (by village, any of ``FIGURES``; None removes one); returns how many rows changed.

    Raises ``NotAllowed``; ``WrongState``: a future year, a unit that is not a village or has ended.
    """
    villages = hold(figures, REPORT, by)
    if not FIRST_YEAR <= year <= timezone.localdate().year:
        raise WrongState(_("No figures are asked for %d.") % year)
    if any(code not in villages or villages[code].level != Level.VILLAGE for code in figures):
        raise WrongState(_("Figures are reported only for villages."))
    if any(value is not None and value < 0 for of_one in figures.values() for value in of_one.values()):
        raise Incomplete(_("Figures must not be negative."))
    there = {profile.unit_id: profile for profile in Profile.objects.filter(unit__in=villages, year=year)}
    fresh: list[Profile] = []
    changed: list[Profile] = []
    for code, of_one in sorted(figures.items()):
        profile = there.get(code) or Profile(unit=villages[code], year=year)
        said = {name: of_one[name] for name in FIGURES if name in of_one}
        if all(getattr(profile, name) == value for name, value in said.items()):
            continue
        for name, value in said.items():
            setattr(profile, name, value)
        (changed if profile.pk else fresh).append(profile)
    with acting(by, "villages.report_profile"):
        Profile.objects.bulk_create(fresh)
        Profile.objects.bulk_update(changed, FIGURES)
    return len(fresh) + len(changed)
