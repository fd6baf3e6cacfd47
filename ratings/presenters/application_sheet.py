"""The form of one application as a sheet: one row per item; all or nothing (architecture §6).

An upload goes through the checks of the form itself (``ratings.workflow.answers.save_answers``). An empty cell is
skipped, so that a sheet never deletes an answer; the line's version tells which answer the person had seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from ratings.application.answer_parsing import typed_in_file
from ratings.models import Application
from ratings.presenters.application_form import ApplicationFormView
from ratings.presenters.application_sheet_documents import AskedDocument, documents_of
from ratings.presenters.area_sections import CriterionCard, LastYear, QuestionField
from ratings.scoring.outliers import jump
from ratings.workflow.answers import AnswerEntry, SavedAnswers, save_answers
from records.cells import code
from records.outliers import Jump
from records.refusals import Incomplete
from records.workbooks import SheetColumn, SheetRefused, SheetRow, WrongCell, read_rows

UNANSWERED = "-"
"""The version of an answer that was not there when the sheet was made."""


@dataclass(frozen=True)
class SheetHeadings:
    """The column headings in the reader's language."""

    item: str
    area: str
    question: str
    unit: str
    last: str
    known: str
    answer: str
    reason: str
    version: str

    @classmethod
    def spoken(cls) -> "SheetHeadings":
        return cls(
            item=_("Item"),
            area=_("Area"),
            question=_("Question"),
            unit=_("Unit of measure"),
            last=_("Last year"),
            known=_("Known already"),
            answer=pgettext("of a form", "Answer"),
            reason=_("Reason"),
            version=_("Version (leave as it is)"),
        )


@dataclass(frozen=True)
class AskedQuestion:
    """An item that the village may answer now."""

    area: str
    card: CriterionCard
    field: QuestionField

    @property
    def item(self) -> str:
        return self.field.item

    @property
    def name(self) -> str:
        criterion, question = self.card.criterion, self.field.question
        return criterion.name if criterion.name == question.name else f"{criterion.name}：{question.name}"

    @property
    def unit(self) -> str:
        words = {"tick": _("1 yes, 0 no"), "count": _("times"), "points": pgettext("unit after a figure", "points")}
        return words.get(self.field.question.kind, self.card.unit)

    @property
    def last(self) -> str:
        return self.field.last

    @property
    def known(self) -> str:
        return self.field.known.typed if self.field.known else ""

    @property
    def answer(self) -> str:
        return self.field.answer.typed if self.field.answer else ""

    @property
    def reason(self) -> str:
        return self.field.answer.reason if self.field.answer else ""

    @property
    def version(self) -> str:
        return self.field.version or UNANSWERED


@dataclass(frozen=True)
class AnswerChange:
    """An answer in the sheet that differs from the stored one: answers and reasons before and after; ``odd``: a warning
    to check it."""

    asked: AskedQuestion | AskedDocument
    before: str
    now: str
    reason_before: str
    reason: str
    odd: Jump | None

    @property
    def outcome(self) -> list[str]:
        return [self.asked.item, self.before, self.now, self.reason_before, self.reason]


def questions_of(form: ApplicationFormView) -> list[AskedQuestion]:
    """The open items of ``form``, in its order."""
    return [
        AskedQuestion(f"{sheet.area.code} {sheet.area.name}", card, field)
        for sheet in form.sheets
        for card in sheet.cards
        if card.open
        for field in card.fields
    ]


def lines_of(form: ApplicationFormView) -> list[AskedQuestion | AskedDocument]:
    """The lines of the sheet: open items, then the documents that are not attached."""
    return [*questions_of(form), *documents_of(form)]


def columns() -> list[SheetColumn]:
    """The template: items, prefills and answers so far."""
    heads = SheetHeadings.spoken()
    return [
        SheetColumn(heads.item, lambda asked: asked.item, 10),
        SheetColumn(heads.area, lambda asked: asked.area, 20),
        SheetColumn(heads.question, lambda asked: asked.name, 48),
        SheetColumn(heads.unit, lambda asked: asked.unit, 14),
        SheetColumn(heads.last, lambda asked: asked.last, 12),
        SheetColumn(heads.known, lambda asked: asked.known, 12),
        SheetColumn(heads.answer, lambda asked: asked.answer, 14),
        SheetColumn(heads.reason, lambda asked: asked.reason, 40),
        SheetColumn(heads.version, lambda asked: asked.version, 14),
    ]


def notes() -> list[str]:
    """The notes above the column headings of the template."""
    return [
        _("Write under “%(answer)s”, and under “%(reason)s” where points are given.") % vars(SheetHeadings.spoken()),
        _("An empty cell changes nothing. Send the sheet back here; you see what it changes before it counts."),
    ]


def rows_of(raw: bytes) -> list[SheetRow]:
    """The lines that hold an answer or a reason. Raises ``SheetRefused``."""
    heads = SheetHeadings.spoken()
    needed = [heads.item, heads.answer]
    optional = [head for head in vars(heads).values() if head not in needed]
    rows = read_rows(raw, needed, optional=optional, exact=True)
    rows = [row for row in rows if row[heads.answer] or row[heads.reason]]
    if not rows:
        raise SheetRefused([], _("No line of the sheet holds an answer."))
    return rows


@transaction.atomic
def keep(application: Application, rows: Sequence[SheetRow], *, by: User) -> list[AnswerChange]:
    """Save the answers in ``rows``; return what changed.

    Raises ``SheetRefused`` with all errors, and what ``save_answers`` raises; then nothing is saved.
    """
    heads = SheetHeadings.spoken()
    form = ApplicationFormView(application, may_fill=True)
    asked = {code(one.item): one for one in lines_of(form)}
    lines = _lines(rows, heads, asked)
    entries = _entries(lines, heads, asked)
    saved = save_answers(application, entries.values(), by=by)
    problems = [_wrong(lines[item], heads, one) for item, one in saved.items() if one.problem]
    changes = [_change(asked[item], one, form.last.get(item)) for item, one in saved.items()]
    for item, row in lines.items():
        if isinstance(asked[item], AskedDocument):
            try:
                changes.append(_keep_document(application, row, heads, asked[item], by))
            except Incomplete as wrong:
                problems.append(row.wrong(heads.reason, str(wrong)))
    if problems:
        raise SheetRefused(problems)
    changed = [change for change in changes if (change.before, change.reason_before) != (change.now, change.reason)]
    return sorted(changed, key=lambda change: change.odd is None)


def try_out(application: Application, rows: Sequence[SheetRow], *, by: User) -> list[AnswerChange]:
    """Dry run: what ``keep`` would do, rolled back."""
    with transaction.atomic():
        changes = keep(application, rows, by=by)
        transaction.set_rollback(True)
    return changes


def _lines(
    rows: Iterable[SheetRow], heads: SheetHeadings, asked: Mapping[str, AskedQuestion | AskedDocument]
) -> dict[str, SheetRow]:
    """``rows`` by item. Raises ``SheetRefused`` with every unreadable line."""
    lines: dict[str, SheetRow] = {}
    problems: list[WrongCell] = []
    for row in rows:
        item = code(row[heads.item])
        if item not in asked:
            problems.append(row.wrong(heads.item, _("an item that this unit answers now")))
        elif item in lines:
            problems.append(row.wrong(heads.item, _("each item once; see row %d") % lines[item].number))
        else:
            lines[item] = row
            if problem := _unreadable(row, heads, asked[item]):
                problems.append(problem)
    if problems:
        raise SheetRefused(problems)
    return lines


def _unreadable(row: SheetRow, heads: SheetHeadings, asked: AskedQuestion | AskedDocument) -> WrongCell | None:
    if isinstance(asked, AskedDocument):
        return row.wrong(heads.answer, asked.unit) if asked.says_none(row[heads.answer]) is None else None
    try:
        _typed(row[heads.answer], asked.field)
    except Incomplete as wrong:
        return row.wrong(heads.answer, str(wrong))
    return None


def _entries(
    lines: Mapping[str, SheetRow], heads: SheetHeadings, asked: Mapping[str, AskedQuestion | AskedDocument]
) -> dict[str, AnswerEntry]:
    return {
        item: _entry(row, heads, one.field)
        for item, row in lines.items()
        if isinstance(one := asked[item], AskedQuestion)
    }


def _keep_document(
    application: Application, row: SheetRow, heads: SheetHeadings, asked: AskedDocument, by: User
) -> AnswerChange:
    now, reason = asked.keep(application, row[heads.answer], row[heads.reason], by)
    return AnswerChange(asked, asked.answer, now, asked.reason, reason, None)


def _entry(row: SheetRow, heads: SheetHeadings, field: QuestionField) -> AnswerEntry:
    """The entry for the line's answer."""
    version, answer = row[heads.version], field.answer
    return AnswerEntry(
        field.item,
        _typed(row[heads.answer], field) or (answer.typed if answer else ""),
        row[heads.reason] or (answer.reason if answer else ""),
        None if not version else "" if version == UNANSWERED else version,
    )


def _typed(cell: str, field: QuestionField) -> str:
    typed = field.answer.typed if field.answer else ""
    return typed if cell == typed else typed_in_file(field.question, cell)


def _wrong(row: SheetRow, heads: SheetHeadings, saved: SavedAnswers) -> WrongCell:
    return row.wrong(heads.answer, saved.problem)


def _change(asked: AskedQuestion, saved: SavedAnswers, last: LastYear | None) -> AnswerChange:
    answer, entry = asked.field.answer, saved.entry
    before, reason = (answer.typed, answer.reason) if answer else ("", "")
    odd = jump(asked.field.question, saved.answer.value if saved.answer else None, last.value if last else None)
    return AnswerChange(asked, before, entry.typed, reason, entry.reason, odd)
