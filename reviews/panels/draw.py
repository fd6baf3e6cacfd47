"""Drawing reviewers by lot; pure and deterministic: the same candidates, rules and seed always give the same draw.

Everybody can check it by hand: a candidate's ticket is the SHA-256 of ``SEED:user name`` in hexadecimal, tickets are
taken in ascending order, and candidates who may not be drawn, or whose home has its quota already, are skipped.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass

from records.tickets import ticket


@dataclass(frozen=True)
class DrawCandidate:
    """``name``: the user name. ``home``: department or unit, "" when unknown. ``tied``: has a conflict of interest with
    what the panel scores; ``sat``: on the panel last year; ``seated``: sits already; ``left``: whom this draw replaces.
    """

    name: str
    home: str = ""
    tied: bool = False
    sat: bool = False
    seated: bool = False
    left: bool = False


@dataclass(frozen=True)
class Rules:
    """``number`` to draw; ``per_home``: the quota of one home, including those who sit already (None: any); ``rotate``:
    nobody who sat last year."""

    number: int
    per_home: int | None = None
    rotate: bool = False


class TooFew(Exception):
    """The rules leave fewer candidates than are to be drawn; ``found`` is how many there are."""

    def __init__(self, found: int) -> None:
        super().__init__(found)
        self.found = found


def may_be_drawn(candidate: DrawCandidate, rules: Rules) -> bool:
    return not (candidate.tied or candidate.seated or candidate.left or (rules.rotate and candidate.sat))


def draw(candidates: Iterable[DrawCandidate], rules: Rules, seed: str) -> list[str]:
    """The names drawn, in the order of their tickets. Raises ``TooFew``."""
    candidates = list(candidates)
    homes = Counter(candidate.home for candidate in candidates if candidate.seated)
    drawn: list[str] = []
    for candidate in sorted(candidates, key=lambda one: ticket(seed, one.name)):
        full = rules.per_home is not None and candidate.home and homes[candidate.home] >= rules.per_home
        if len(drawn) < rules.number and may_be_drawn(candidate, rules) and not full:
            drawn.append(candidate.name)
            homes[candidate.home] += 1
    if len(drawn) < rules.number:
        raise TooFew(len(drawn))
    return drawn


def kept(candidates: Collection[DrawCandidate], rules: Rules) -> tuple[list[dict], dict]:
    """Both as they are stored: candidates by name."""
    return [asdict(one) for one in sorted(candidates, key=lambda one: one.name)], asdict(rules)


def repeat(candidates: Iterable[dict], rules: dict, seed: str) -> list[str]:
    """``draw`` from stored input."""
    return draw([DrawCandidate(**one) for one in candidates], Rules(**rules), seed)
