"""The score sheet on paper, to take to the village: its content, and space for a reviewer's counts and remarks."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from accounts.models import User
from ratings.models import Absence, Answer, Application
from ratings.presenters.corrections import none_words
from ratings.scheme.spec import Criterion, Question
from ratings.scheme.wording import rule_lines
from records.documents import Heading, Names, NewPage, Signatures, Table, Text, document
from records.documents.blocks import Block
from records.numbers import plain
from reviews.models import Sheet

ROOM = "\n\n"
"""An empty cell with room for handwriting."""


def field_sheets(sheets: Collection[Sheet], by: User) -> bytes:
    """``sheets`` of one reviewer as one PDF, each starting on a new page."""
    return document(_("Score sheet for the field"), blocks_of(sheets, by))


def blocks_of(sheets: Collection[Sheet], by: User) -> list[Block]:
    """The content of the printed sheet; two queries.

    Nothing that a reviewer has entered is printed: others may see the paper.
    """
    answers: dict[int, dict[str, Answer]] = defaultdict(dict)
    for answer in Answer.objects.filter(application__in={sheet.application_id for sheet in sheets}):
        answers[answer.application_id][answer.item] = answer
    absent: dict[int, dict[str, list[Absence]]] = defaultdict(lambda: defaultdict(list))
    for absence in Absence.objects.filter(application__in={sheet.application_id for sheet in sheets}).order_by("pk"):
        absent[absence.application_id][absence.criterion].append(absence)
    blocks: list[Block] = []
    for sheet in sheets:
        if blocks:
            blocks.append(NewPage())
        blocks.extend(_of_one(sheet.application, answers[sheet.application_id], absent[sheet.application_id], by))
    return blocks


def _of_one(
    application: Application, answers: dict[str, Answer], absent: Mapping[str, list[Absence]], by: User
) -> Iterator[Block]:
    unit, spec = application.unit, application.scheme.spec
    yield Heading(f"{unit.name} · {application.cycle.year}")
    yield Names([(_("Division code"), unit.code), (_("Reviewer"), str(by)), (_("Day of the visit"), "")])
    fitting = spec.fitting(application.tags)
    codes = {criterion.code for criterion in fitting}
    for area in spec.areas:
        own = [criterion for criterion in area.criteria if criterion.code in codes]
        if own:
            yield Heading(f"{area.code} {area.name}")
            for criterion in own:
                yield from _of_criterion(criterion, answers, penalty=area.kind == "penalty")
                for absence in absent[criterion.code]:
                    yield Text(f"{absence.name}: {none_words(absence.reason)}")
    yield Signatures([_("Reviewer"), _("For the unit"), _("Day")])


def _of_criterion(criterion: Criterion, answers: dict[str, Answer], *, penalty: bool) -> Iterator[Block]:
    yield Text(
        _("%(criterion)s (at most %(most)s points)")
        % {"criterion": f"{criterion.code} {criterion.name}", "most": plain(criterion.max)}
    )
    yield Text(" ".join(rule_lines(criterion, penalty=penalty)), quiet=True)
    yield Table(
        heads=[_("Fact"), _("The unit says"), _("Counted on the spot"), _("Remarks")],
        rows=[[_name(criterion, q), _said(q, answers.get(q.item)), ROOM, ROOM] for q in criterion.questions],
        widths=[2.2, 1, 1, 2.2],
        right=[1],
    )


def _name(criterion: Criterion, question: Question) -> str:
    return question.name or criterion.name


def _said(question: Question, answer: Answer | None) -> str:
    if answer is None or answer.value is None:
        return "—"
    if question.kind == "tick":
        return pgettext("a tick", "done") if answer.value else pgettext("a tick", "not done")
    return plain(answer.value)
