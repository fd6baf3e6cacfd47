"""Who may open a unit's file, and the way to it from the unit's page."""

from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from villages.models import Level, Unit

VIEW_REGISTER = "ratings.view_register"


def title_of(unit: Unit) -> str:
    """What the file of a unit of this kind is called."""
    return _("Village file") if unit.level == Level.VILLAGE else _("Unit file")


def link_to_file(user: User, unit: Unit) -> dict[str, Any] | None:
    return (
        {"code": unit.code, "title": title_of(unit)}
        if unit.is_rateable and user.has_perm(VIEW_REGISTER, unit)
        else None
    )
