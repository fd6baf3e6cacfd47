"""Charts rendered on the server as SVG (pygal); the page that shows one has its figures in a table beside it."""

import sys
from collections.abc import Mapping
from functools import lru_cache
from urllib.parse import quote

import pygal
from django.utils.translation import gettext as _
from pygal.style import Style

# pygal leaves a finder for its old plugins that has no ``find_spec``; tools that ask every finder fail on it.
sys.meta_path[:] = [finder for finder in sys.meta_path if hasattr(finder, "find_spec")]

_STYLE = Style(
    background="transparent",
    plot_background="transparent",
    foreground="#1f2328",
    foreground_strong="#1f2328",
    foreground_subtle="#5b6470",
    colors=("#c9a24b", "#8e1b1f"),
    font_family='"Noto Sans CJK SC", "Microsoft YaHei", sans-serif',
    label_font_size=15,
    major_label_font_size=15,
    legend_font_size=15,
    value_font_size=13,
    value_colors=("#1f2328", "#1f2328"),
)


def distribution(before: Mapping[int, int], now: Mapping[int, int], top: int) -> str:
    """How many units hold each star, then and now, as a URL for ``<img src>``.

    The picture is embedded in the page: its style sheet stays inside it, which a strict content security policy allows.
    """
    stars = range(top, -1, -1)
    return _drawn(
        tuple(_("%s stars") % star if star else _("Not rated") for star in stars),
        (_("1 January"), tuple(before.get(star, 0) for star in stars)),
        (_("Today"), tuple(now.get(star, 0) for star in stars)),
    )


@lru_cache(maxsize=256)
def _drawn(labels: tuple[str, ...], *series: tuple[str, tuple[int, ...]]) -> str:
    """Bars side by side; cached by figures."""
    chart = pygal.Bar(
        style=_STYLE,
        width=560,
        height=260,
        js=[],
        disable_xml_declaration=True,
        no_prefix=True,
        pretty_print=False,
        legend_at_bottom=True,
        print_values=True,
        print_zeroes=False,
        show_y_labels=False,
        show_y_guides=False,
        margin=6,
        explicit_size=True,
    )
    chart.x_labels = labels
    for name, values in series:
        chart.add(name, values)
    return "data:image/svg+xml," + quote(chart.render(is_unicode=True))
