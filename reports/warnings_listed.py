"""The list of warnings: what is shown of each, as plain values (``include_kept``)."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from django.utils import timezone

from followups.models import FollowUp
from records.openable import openable
from reports.warning_colours import CHIPS, colour_of
from villages.townships import Townships


class WarningRow(NamedTuple):
    """What the list shows of a warning, by the names that a follow-up has. ``place``: the township; ``chip``: how the
    ``colour`` looks; ``link``: to the cause, empty where the reader may not open it."""

    pk: int
    text: str
    kind: str
    measured: str
    colour: str
    chip: str
    unit: str
    place: str
    office: str
    due_at: datetime
    until: str
    remaining: str
    closed_at: datetime | None
    link: str


def shown(user: Any, found: Iterable[FollowUp]) -> list[WarningRow]:
    """``found``: each with its unit and the responsible one."""
    warnings, townships, now = list(found), Townships(), timezone.now()
    links = openable(user, [one.link for one in warnings])
    return [
        WarningRow(
            one.pk,
            one.text,
            str(one.spec.name),
            one.measured,
            str((colour := colour_of(one, now)).label),
            CHIPS[colour],
            one.unit.name,
            townships.above(one.unit_id),
            one.office,
            one.due_at,
            one.until,
            one.remaining,
            one.closed_at,
            one.link if one.link in links else "",
        )
        for one in warnings
    ]
