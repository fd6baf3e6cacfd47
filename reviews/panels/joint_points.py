"""Several reviewers' points → the panel's; pure (formats §1, "A panel")."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ratings.scoring.methods import Scored, lower_median, mean, spread


@dataclass(frozen=True)
class Joint:
    """One criterion: the mean (2 decimals, half up), the lower median of the figures, the spread between reviewers."""

    points: Decimal
    figure: Decimal | None
    spread: Decimal


def join(sheets: Sequence[Mapping[str, Scored]]) -> dict[str, Joint]:
    """The panel's points by criterion, from one scored sheet per reviewer over the same criteria; at least one
    sheet."""
    return {code: _joint([sheet[code] for sheet in sheets]) for code in sheets[0]}


def to_settle(joint: Mapping[str, Joint], tolerance: Decimal | None) -> list[str]:
    """The criteria whose spread exceeds the scheme's ``tolerance``; none when it sets no tolerance."""
    return [code for code, of in joint.items() if tolerance is not None and of.spread > tolerance]


def _joint(scores: Sequence[Scored]) -> Joint:
    points = [score.points for score in scores]
    figures = [score.figure for score in scores if score.figure is not None]
    return Joint(mean(points), lower_median(figures) if figures else None, spread(points))
