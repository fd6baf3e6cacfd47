"""The villages behind the figures from below of one application."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ratings.application import questions
from ratings.below.figures import VILLAGE_DIGITS, value_of, written
from ratings.below.villages import VillagesBelow
from ratings.events.applicable_scheme import event_names
from ratings.models import Application
from ratings.scheme.below import BELOW, from_below
from ratings.scheme.spec import Criterion
from ratings.scheme.wording import supplier_words
from ratings.workflow.filling_rights import criteria_of
from records.numbers import plain
from villages.models import rated_on

NONE = "—"


@dataclass(frozen=True)
class VillageBehind:
    """``star``: on the last day for facts; ``adds``: its own value, of which the figure is the mean."""

    code: str
    name: str
    star: int
    adds: str


@dataclass(frozen=True)
class FigureBehind:
    """``figure`` counts for the points; ``now`` is what the villages come to today ("—": there are none)."""

    criterion: Criterion
    figure: str
    now: str
    villages: list[VillageBehind]
    words: str

    @property
    def has_changed(self) -> bool:
        return self.figure != self.now


def figures_behind(application: Application) -> list[FigureBehind]:
    """The criteria that are computed from below, in the order of the scheme."""
    computed = [criterion for criterion in criteria_of(application) if questions.is_computed(criterion)]
    if not computed:
        return []
    unit, cycle = application.unit_id, application.cycle
    villages = VillagesBelow(unit, cycle.facts_until, VILLAGE_DIGITS)
    names = dict(rated_on(unit, cycle.facts_until).values_list("code", "name"))
    stars = {code: star for code, star, _before, _n in villages.stars}
    kept = dict(application.answers.filter(source=BELOW).values_list("item", "value"))
    events = event_names([unit]).of_villages()
    shown = []
    for criterion in computed:
        figure = from_below(criterion.supplier)
        values = value_of(figure, villages, cycle.year) if figure else {}
        rows = [VillageBehind(v, names[v], stars.get(v, 0), plain(written(criterion, of))) for v, of in values.items()]
        now = written(criterion, sum(values.values(), Fraction(0)) / len(values)) if values else None
        words = supplier_words(criterion.supplier, events)
        shown.append(FigureBehind(criterion, _text(kept.get(criterion.code)), _text(now), rows, words))
    return shown


def _text(figure: Decimal | None) -> str:
    return NONE if figure is None else plain(figure)
