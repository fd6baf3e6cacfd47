"""Elements of which a dashboard has hundreds, written without a template, which took most of the page's time.

What comes from people (names) is escaped once each; everything else here is a number, a code or a quoted address.
"""

from collections.abc import Iterable, Mapping
from html import escape

from django.urls import reverse
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from reports.dashboard import Square
from reports.loss_charts import Loss


def squares(shown: Iterable[Square], names: Mapping[int, str]) -> SafeString:
    """Squares of the star wall as list items; ``names``: of the stars."""
    before, after = reverse("unit_file", args=["CODE"]).split("CODE")
    flagged = "，" + escape(_("with an open event"))
    said = {star: escape(name) for star, name in names.items()}
    items = []
    for one in shown:
        words = f"{escape(one.name)} {said[one.star]}"
        mark, more = (" flag", flagged) if one.flag else ("", "")
        items.append(
            f'<li><a class="s{one.star}{mark}" href="{before}{one.code}{after}" title="{words}"'
            f' aria-label="{words}{more}">{one.star}</a></li>'
        )
    return mark_safe("".join(items))  # noqa: S308 (see above)


def heat_cells(loss: Loss, base: str, and_day: str) -> SafeString:
    """What a criterion loses in each place, as cells of a table; each opens its list below ``base``."""
    criterion, cells = escape(loss.name), []
    for cell in loss.cells:
        place, short = escape(cell.name), escape(cell.name[:2])
        address = escape(f"{base}{cell.query}{and_day}")
        found = (
            "<span>—</span>"
            if cell.percent is None
            else f'<a href="{address}" title="{place} {criterion} {cell.percent}%">'
            f"{cell.percent}{'↑' if cell.worse else ''}</a>"
        )
        cells.append(f'<td role="cell" class="heat{cell.tone}" data-label="{short}">{found}</td>')
    return mark_safe("".join(cells))  # noqa: S308 (see above)
