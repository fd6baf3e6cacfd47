"""What a reader of a dashboard may see and has chosen."""

from __future__ import annotations

from typing import NamedTuple

from accounts.models import User
from reports.findings import PICTURED, AsOf
from reports.listing import may_ask
from reports.models import WarningThreshold
from reports.tiles import figures_of
from reports.workflow import SETTING_LEVELS
from villages.models import CODE_LENGTHS, COUNTY_LENGTH

LISTED_FROM = CODE_LENGTHS[1]
"""How long the code of a unit is whose figures open lists: a city's; a province has too many rows."""


class Asked(NamedTuple):
    """What a reader may see and has chosen, as far as the parts of a dashboard differ by it."""

    lists: bool
    questions: tuple[str, ...]
    may_move: bool
    figure: str

    @classmethod
    def by(cls, user: User, as_of: AsOf, figure: str) -> Asked:
        unit, figures = as_of.unit, figures_of(as_of.is_today)
        lists = len(unit.code) >= LISTED_FROM
        questions = [question for question in PICTURED if lists and may_ask(user, unit, question)]
        if lists and len(unit.code) < COUNTY_LENGTH:
            questions.remove("losses")  # each county has its own criteria
        may_move = unit.level in SETTING_LEVELS and user.has_perm(WarningThreshold.SET, unit)
        return cls(lists, tuple(questions), may_move, figure if figure in figures else next(iter(figures)))
