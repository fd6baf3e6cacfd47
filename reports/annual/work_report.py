"""The written report of a year (年度工作报告) as a Word document: the figures of the workbook in prose.

``work_report.docx`` holds the layout of official documents (GB/T 9704) and can be changed in any word processor; its
content is filled in here. The office edits the result before it issues it: what only people know is marked for them to
add.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.templatetags.face import star_name
from reports.annual import sentences
from reports.annual.sheets import DEMO
from reports.annual.tally import Counts, Tallies, Tally
from villages.models import Unit

_LAYOUT = Path(__file__).parent / "work_report.docx"
_NUMERALS = "一二三四五六七八九十"


@dataclass(frozen=True)
class WrittenSection:
    """A heading with its paragraphs; ``to_add``: what the office has to write itself."""

    heading: str
    paragraphs: list[str]
    to_add: str = ""


def write(unit: Unit, year: int, path: str | PathLike, tallies: Tallies, counts: Counts, areas: dict[str, str]) -> None:
    """Write the report with what the workbook of the same ``tallies`` and ``counts`` holds to ``path``."""
    from docxtpl import DocxTemplate  # every process would load it at its start, a twentieth of all that it loads

    places = tallies.counties or tallies.townships
    context = {
        "title": _("Report on the star rating of villages of %(unit)s in %(year)s") % {"unit": unit.name, "year": year},
        "opening": _("The star rating of villages of %(unit)s in %(year)s is reported as follows.")
        % {"unit": unit.name, "year": year},
        "addressee": _("[to whom]"),
        "sections": [
            {"heading": _numbered(n, one.heading), "paragraphs": one.paragraphs, "to_add": one.to_add}
            for n, one in enumerate(_sections(year, tallies, counts, areas), start=1)
        ],
        "unit": unit.name,
        "day": date_format(timezone.localdate(), "DATE_FORMAT"),
        "table_title": _("Annex: decided stars of %(year)s by place (villages)") % {"year": year},
        "place_head": _("County") if tallies.counties else _("Township"),
        "heads": [star_name(star) for star in tallies.stars],
        "none_head": _("No decision"),
        "rated_head": _("Rated"),
        "places": [_row(place, tallies.stars) for place in [*places, tallies.whole]],
        "demo": DEMO if settings.DEMO else "",
    }
    document = DocxTemplate(_LAYOUT)
    document.render(context, autoescape=True)
    document.save(fspath(path))


def _sections(year: int, tallies: Tallies, counts: Counts, areas: dict[str, str]) -> Iterator[WrittenSection]:
    whole = tallies.whole
    results = [*sentences.of_results(year, whole), *sentences.of_stars(whole, tallies.stars)]
    yield WrittenSection(_("Results"), [*results, *sentences.of_areas(whole, areas)])
    yield WrittenSection(_("Compared with the year before"), list(sentences.of_change(whole)))
    if watched := [*sentences.of_events(counts), *sentences.of_disputes(counts)]:
        yield WrittenSection(_("Supervision"), watched)
    if money := list(sentences.of_money(counts)):
        yield WrittenSection(_("Use of the results"), money)
    yield WrittenSection(
        _("What remains"), list(sentences.of_open(counts)), _("[Add: main problems and their causes.]")
    )
    yield WrittenSection(_("Next steps"), [], _("[Add: what is planned for the coming year.]"))


def _numbered(n: int, heading: str) -> str:
    return f"{_NUMERALS[n - 1]}、{heading}" if (get_language() or "").startswith("zh") else f"{n}. {heading}"


def _row(place: Tally, stars: list[int]) -> dict[str, object]:
    return {
        "name": place.name,
        "rated": place.rated,
        "stars": [place.decided[star] for star in stars],
        "none": place.decided[None],
    }
