"""The maximum star: the panel's points with area minimums and vetoes, the star applied for, active caps."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from ratings.allowance.allowed_star import Allowed, allowed, of_few
from ratings.models import Application
from ratings.register.rerating import active_caps


@dataclass(frozen=True)
class Ceiling:
    """``allowed`` holds what the points allow and what fell short; ``cap`` is the lowest cap active on the day."""

    allowed: Allowed
    applied: int
    cap: int | None

    @property
    def star(self) -> int:
        return min(self.allowed.star, self.applied, *([] if self.cap is None else [self.cap]))


def ceilings(chosen: Collection[Application], stage: str, day: date) -> dict[int, Ceiling]:
    """The ceiling, by application id, of those that have the panel's points at ``stage``, as of ``day``."""
    by_id = {application.pk: application for application in chosen}
    if not by_id:
        return {}
    caps = active_caps({application.unit_id for application in chosen}, day)
    return {
        one.entry: Ceiling(one, by_id[one.entry].applied_star, caps.get(by_id[one.entry].unit_id))
        for one in allowed(of_few(by_id, stage, day))
    }
