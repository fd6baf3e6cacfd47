"""Notices that an event, or its end, changed a star: with the names of rule and event (practice §4).

A star that a decision brought is announced by the step that confirms it, and a change of the past is not announced.
"""

from collections.abc import Iterator
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.role_holders import holders
from accounts.roles import Role
from notifications import kinds
from notifications.models import Notice
from notifications.workflow import announce_all
from ratings.register.rerating import Cause, causes
from ratings.register.star_changes import Moved, StarChanges
from villages.models import Unit

CONCERNED = [Role.FILLER, Role.SIGNER, Role.TOWNSHIP_OFFICE, Role.TOWNSHIP_LEADER]
KINDS = {
    "star_revoke": _("%(unit)s: star (%(before)s) revoked because of “%(event)s” of %(on)s. You may appeal."),
    "star_suspend": _("%(unit)s: star (%(before)s) suspended because of “%(event)s” of %(on)s. You may appeal."),
    "star_cap": _("%(unit)s: stars %(before)s → %(after)s; “%(event)s” of %(on)s allows %(n)s. You may appeal."),
    "star_lower": _("%(unit)s: stars %(before)s → %(after)s; “%(event)s” of %(on)s takes %(n)s. You may appeal."),
    "star_restored": _("%(unit)s: stars %(before)s → %(after)s, because an event no longer counts."),
}


def register_kinds() -> None:
    kinds.register(**KINDS)


def tell_of_stars(sender: Any, changes: StarChanges, **kwargs: Any) -> None:
    """Receives ``stars_changed``: notify each unit and its township of its new star, and why."""
    if moved := changes.moved_by_events():
        announce_all(_notices(moved, changes))


def _notices(moved: list[Moved], changes: StarChanges) -> Iterator[Notice]:
    units = Unit.objects.in_bulk([one.unit for one in moved])
    people = holders(CONCERNED, {code for unit in units.values() for code in (unit.code, unit.parent_code) if code})
    heaviest: dict[str, Cause] = {}
    for cause in causes(list(units), changes.day):
        heaviest.setdefault(cause.unit, cause)
    for one in moved:
        unit = units[one.unit]
        kind, params = _told(one, heaviest.get(one.unit))
        for user_id in sorted({*people.get(unit.code, []), *people.get(unit.parent_code, [])}):
            yield Notice(
                user_id=user_id,
                kind=kind,
                params=params | {"unit": unit.name, "before": one.before, "after": one.after},
                link=reverse("register_unit", args=[unit.code]),
                unit_code=unit.code,
            )


def _told(one: Moved, cause: Cause | None) -> tuple[str, dict[str, str | int | None]]:
    if cause is None or one.after > one.before:
        return "star_restored", {}
    return f"star_{cause.does}", {"event": cause.name, "on": str(cause.on), "n": cause.n}
