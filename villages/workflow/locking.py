"""The units that a step is about: within reach, existing, locked."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from records.refusals import NotAllowed, WrongState
from villages.models import Unit

MANAGE = "villages.manage_unit"


def hold(codes: Iterable[str], perm: str, by: Any) -> dict[str, Unit]:
    """The existing ones of the units, locked in the order of their codes.

    Raises ``NotAllowed`` for one where ``by`` does not hold ``perm``, ``WrongState`` for one that has ended.
    """
    codes = {code for code in codes if code}
    reach = by.reach(perm)
    if not all(any(code.startswith(held) for held in reach) for code in codes):
        raise NotAllowed
    units = {unit.code: unit for unit in Unit.objects.select_for_update().filter(code__in=codes).order_by("code")}
    for unit in units.values():
        if unit.ended:
            raise WrongState(_("%(unit)s has been dissolved already.") % {"unit": unit.name})
    return units
