"""Suppliers of the form ``below:…``: a figure that is computed from the villages of the rated unit (formats §1)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

BELOW = "below"
EXAMPLES = ("below:share_at_least:4", "below:mean_points")
FORMS = (*EXAMPLES, "below:no_event:…")
_SHARE = re.compile(r"below:share_at_least:([1-9][0-9]{0,4})", re.ASCII)
_EVENTS = re.compile(r"below:no_event:([^\s,]+(?:,[^\s,]+)*)")


@dataclass(frozen=True)
class BelowFigure:
    """What is taken of the villages: the share of those with ``star`` or more, the mean of their points, or the share
    of those without any of ``events``."""

    takes: Literal["share_at_least", "mean_points", "no_event"]
    star: int = 0
    events: tuple[str, ...] = ()


def is_from_below(supplier: str) -> bool:
    """Whether nobody supplies the figure: it follows from the villages."""
    return supplier.partition(":")[0] == BELOW


def from_below(supplier: str) -> BelowFigure | None:
    """What a supplier that ``is_from_below`` names; None if it names nothing."""
    if share := _SHARE.fullmatch(supplier):
        return BelowFigure("share_at_least", star=int(share[1]))
    if events := _EVENTS.fullmatch(supplier):
        return BelowFigure("no_event", events=tuple(events[1].split(",")))
    return BelowFigure("mean_points") if supplier == "below:mean_points" else None


def retold(text: str, forms: Mapping[str, str]) -> str | None:
    """``text`` in the words of the form that it has: ``forms`` says "below:share_at_least:%s" otherwise, or back."""
    for told, otherwise in forms.items():
        if match := re.fullmatch(re.escape(told).replace("%s", "(.+)"), text):
            return otherwise % match.groups()
    return None
