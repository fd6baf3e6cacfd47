"""The printed application form (申报表): what the village reports and signs, with a check code of its content.

Printed, signed, stamped and photographed, it comes back as a document of the application (``Paper.STAMPED``); the code
tells whether it matches the current form.
"""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from accounts.templatetags.face import points_text, star_name
from ratings.application import questions
from ratings.presenters.application_form import ApplicationFormView
from ratings.presenters.area_sections import AreaSection, CriterionCard, QuestionField
from ratings.presenters.corrections import none_words
from records.documents import Heading, Names, Signatures, Table, Text, document, issue
from records.documents.blocks import Block
from records.numbers import plain
from villages.models import Level


def declaration(form: ApplicationFormView, *, by: User) -> bytes:
    """The current form as PDF: every area, criterion and fact, the village's own points, space for signatures."""
    application = form.application
    title = _("Application for a star rating, %s") % application.cycle.year
    blocks = [*_head(form), *(block for sheet in form.sheets for block in _area(sheet)), *_foot(form)]
    code = issue(title, {"blocks": [block.as_data() for block in blocks]}, unit=application.unit_id, by=by)
    return document(title, blocks, place=application.unit.name, code=code)


def _head(form: ApplicationFormView) -> list[Block]:
    application = form.application
    rows = [
        (_("Rated unit"), f"{application.unit.name}（{application.unit_id}）"),
        (_("Standard"), application.scheme.name),
        (_("Star applied for"), star_name(application.applied_star) if application.applied_star else "—"),
        (_("Points by self-assessment"), f"{points_text(form.total)} / {points_text(form.full)}"),
        (_("Filled in by"), _filler(application)),
    ]
    return [Names(rows)]


def _filler(application: Any) -> str:
    behalf = _("filled in on the village's behalf") if application.on_behalf else ""
    return f"{application.filled_by or '—'}{f'（{behalf}）' if behalf else ''}"


def _area(sheet: AreaSection) -> list[Block]:
    heads = [_("Criterion"), _("Reported"), _("Full marks"), _("Own points")]
    return [
        Heading(f"{sheet.area.code} {sheet.area.name}"),
        Table(heads, [_row(card) for card in sheet.cards], widths=(2.4, 4, 0.9, 0.9), right=(2, 3)),
    ]


def _row(card: CriterionCard) -> tuple[str, str, str, str]:
    own = "—" if card.points is None else points_text(card.points)
    absent = [f"{piece.name}：{none_words(piece.absence['reason'])}" for piece in card.pieces if piece.absence]
    reported = "；".join([*map(_fact, card.fields), *absent]) if _is_reported(card) else _whose(card)
    return f"{card.criterion.code} {card.criterion.name}", reported, plain(card.criterion.max), own


def _is_reported(card: CriterionCard) -> bool:
    return card.by_village or bool(card.supplied)


def _whose(card: CriterionCard) -> str:
    if questions.is_computed(card.criterion):
        return _("computed from the villages below")
    return questions.department(card.criterion) or _("by reviewers")


def _fact(field: QuestionField) -> str:
    given = field.answer.typed if field.answer else ""
    if field.question.kind == "tick":
        given = pgettext("a tick", "done") if given == "1" else pgettext("a tick", "not done") if given else ""
    reason = f"（{field.reason}）" if field.reason else ""
    return f"{field.question.name}：{given or '—'}{reason}"


def _foot(form: ApplicationFormView) -> list[Block]:
    supervision = [_("Village supervision")] if form.application.scheme.rates == Level.VILLAGE else []
    return [
        Text(_("We have checked everything above and answer for its truth.")),
        Signatures([_("Filled in by"), _("Head of the unit (signature, stamp)"), *supervision, _("Date")]),
    ]
