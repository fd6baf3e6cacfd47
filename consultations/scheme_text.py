"""The text of a scheme as a paper: the draft for comments (征求意见稿), and what was issued, as Word and PDF.

``scheme_text.docx`` holds the layout of official documents (GB/T 9704) and can be changed in any word processor; what
stands in it is filled in here.
"""

import io
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import FileResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from consultations.models import Consultation, SchemePaper
from ratings.models import Scheme
from ratings.presenters.scheme_page import CriterionEntry, SchemeView
from ratings.presenters.scheme_paper import scheme_paper
from records.documents import Names
from records.files import WORD

_LAYOUT = Path(__file__).with_suffix(".docx")


@dataclass(frozen=True)
class _Row:
    code: str
    name: str
    how: str
    most: str


def name_of(scheme: Scheme) -> str:
    """The name of the file, without its ending."""
    return f"{scheme.name} {scheme.year}" + ("" if scheme.issued_at else f" {_('draft for comments')}")


def as_pdf(scheme: Scheme, consultation: Consultation | None = None) -> bytes:
    return scheme_paper(scheme, [Names(_facts(scheme, consultation))])


def word_response(scheme: Scheme, consultation: Consultation | None = None) -> FileResponse:
    response = FileResponse(
        io.BytesIO(as_word(scheme, consultation)),
        as_attachment=True,
        filename=f"{name_of(scheme)}.docx",
        content_type=WORD,
    )
    response["Cache-Control"] = "no-store"
    return response


def as_word(scheme: Scheme, consultation: Consultation | None = None) -> bytes:
    """The whole scheme in the layout of an official document."""
    from docxtpl import DocxTemplate  # every process would load it at its start, a twentieth of all that it loads

    view = SchemeView.of(scheme)
    document = DocxTemplate(_LAYOUT)
    document.render(_context(scheme, view, consultation), autoescape=True)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _context(scheme: Scheme, view: SchemeView, consultation: Consultation | None) -> dict[str, Any]:
    return {
        "title": scheme.name,
        "state": "" if scheme.issued_at else _("(draft for comments)"),
        "place": f"{scheme.unit.name} {scheme.year}",
        "facts": [*_facts(scheme, consultation), *view.facts],
        "heads": [_("Code"), _("Criterion"), _("How it is scored"), _("At most")],
        "areas": [
            {"title": f"{area.code} {area.name}", "note": area.note, "rows": [_row(one) for one in area.criteria]}
            for area in view.areas
        ],
        "lists": [
            {"title": title, "rows": rows}
            for title, rows in (
                (_("Star lines"), [(_("%s stars") % star, _("; ").join(words)) for star, words in view.stars]),
                (_("Vetoes"), view.vetoes),
                (
                    _("What events do to a star"),
                    [(e.name, _("; ").join(e.rules) or _("is recorded, changes no star")) for e in view.events],
                ),
            )
            if rows
        ],
        "demo": _("Demonstration data, unrelated to reality") if settings.DEMO else "",
    }


def _facts(scheme: Scheme, consultation: Consultation | None) -> list[tuple[str, str]]:
    """Until when comments are taken; of an issued scheme, by whom and under which number it was issued."""
    if scheme.issued_at:
        papers = SchemePaper.objects.filter(scheme=scheme)
        said = [(str(one.get_kind_display()), f"{one.number} · {one.issued_by}") for one in papers]
        return [*said, (_("Issued on"), date_format(scheme.issued_at, "DATE_FORMAT"))]
    if consultation is None or not consultation.until:
        return []
    rows = [(_("Time for comments"), consultation.until)]
    return [*rows, (_("What we ask you to look at"), consultation.note)] if consultation.note else rows


def _row(one: CriterionEntry) -> _Row:
    lines = []
    for variant in one.variants:
        if variant.only:
            lines.append(_("Only for: %s") % _(", ").join(variant.only))
        lines += variant.lines
    return _Row(one.code, one.name, "\n".join(lines), one.most)
