"""Parts of the decision desk, ``{% load desk %}``: there are few different ones, and a desk has one in each row."""

from collections.abc import Iterable

from django import template
from django.utils.safestring import SafeString

from ratings.allowance.shortfall import Minimum
from records.kept_includes import include_kept
from reviews.workflow.desk_rows import RECOMMEND, REJECT, SEND_BACK, DeskRow, lacking

register = template.Library()


@register.simple_tag(takes_context=True)
def minimums_cell(context: template.Context, minimums: Iterable[Minimum]) -> SafeString:
    """``{% minimums_cell row.minimums %}``: the cell with every base area against its minimum."""
    return include_kept(context, "reviews/decisions/minimums.html", areas=lacking(minimums))


@register.simple_tag(takes_context=True)
def choice_options(context: template.Context, row: DeskRow) -> SafeString:
    """``{% choice_options row %}``: the possible decisions, as options of a list."""
    own, stars = row.own_star if row.recommends else None, tuple(row.stars)
    known = row.choice in (RECOMMEND, REJECT, SEND_BACK, *map(str, stars))  # what anybody may send is not cached
    shown = {"own": own, "stars": stars, "rejects": row.rejects, "choice": row.choice if known else ""}
    return include_kept(context, "reviews/decisions/choice_options.html", **shown)
