"""Parts of the decision desk, ``{% load desk %}``: there are few different ones, and a desk has one in each row."""

from collections.abc import Iterable
from decimal import Decimal
from functools import lru_cache

from django import template
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from ratings.allowance.shortfall import Minimum
from reviews.workflow.desk_rows import RECOMMEND, REJECT, SEND_BACK, DeskRow

register = template.Library()


@register.simple_tag
def minimums_cell(minimums: Iterable[Minimum]) -> SafeString:
    """``{% minimums_cell row.minimums %}``: the cell with every base area against its minimum."""
    return _minimums_cell(tuple((one.area.code, one.lacks) for one in minimums), get_language())


@lru_cache(2048)
def _minimums_cell(areas: tuple[tuple[str, Decimal | None], ...], _language: str | None) -> SafeString:
    return render_to_string("reviews/decisions/minimums.html", {"areas": areas})


@register.simple_tag
def choice_options(row: DeskRow) -> SafeString:
    """``{% choice_options row %}``: the possible decisions, as options of a list."""
    own, stars = row.own_star if row.recommends else None, tuple(row.stars)
    known = row.choice in (RECOMMEND, REJECT, SEND_BACK, *map(str, stars))  # of what anybody may send, nothing is kept
    return _choice_options(own, stars, row.rejects, row.choice if known else "", get_language())


@lru_cache(2048)
def _choice_options(
    own: int | None, stars: tuple[int, ...], rejects: bool, choice: str, _language: str | None
) -> SafeString:
    shown = {"own": own, "stars": stars, "rejects": rejects, "choice": choice}
    return render_to_string("reviews/decisions/choice_options.html", shown)
