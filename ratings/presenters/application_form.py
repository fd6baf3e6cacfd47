"""The form of an application as a person sees it: areas, a card per criterion, a field per item (architecture §6–7).

Read once from the database by ``load``; the pages, the saving of a field and the API's summary share it.
"""

from collections.abc import Mapping
from decimal import Decimal
from functools import cached_property

from django.db.models import QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from accounts.prepared import asked
from ratings.application import questions
from ratings.application.absences import absences_of
from ratings.application.answer_parsing import parsed_answer
from ratings.application.prefill import Prefill, prefill
from ratings.models import Answer, Application, Evidence, Return
from ratings.models.application import Paper
from ratings.presenters import last_year
from ratings.presenters.area_sections import (
    AreaSection,
    CriterionCard,
    EvidencePiece,
    LastYear,
    PaperPiece,
    QuestionField,
)
from ratings.scheme.spec import Area, Criterion, Linear, Question, SchemeSpec, Tiers
from ratings.scheme.wording import evidence_words, loss_words
from ratings.scoring.methods import Scored
from ratings.scoring.outliers import jump
from ratings.scoring.totals import area_points, full_marks, running_total
from ratings.workflow.answers import SavedAnswers
from ratings.workflow.filling_rights import criteria_of, open_return
from records.refusals import Incomplete
from villages.models import Profile

State = Application.State


def _answers(_user: User, application: int) -> QuerySet[Answer]:
    return Answer.objects.filter(application=application).select_related("by")


def _evidence(_user: User, application: int) -> QuerySet[Evidence]:
    return Evidence.objects.filter(application=application).select_related("file").order_by("id")


class ApplicationFormView:
    """The whole form of ``application`` (with unit, cycle and scheme) for a reader who may or may not fill it in."""

    def __init__(self, application: Application, *, may_fill: bool) -> None:
        self.application = application
        self.spec: SchemeSpec = application.scheme.spec
        self.criteria = criteria_of(application)
        self.answers: dict[str, Answer] = {a.item: a for a in asked(_answers, None, application.pk)}
        self.evidence: list[Evidence] = asked(_evidence, None, application.pk)
        for row in (*self.answers.values(), *self.evidence):
            row.application = application
        self.absences = {(said["criterion"], said["name"]): said for said in absences_of(application)}
        self.question: Return | None = open_return(application) if application.state == State.RETURNED else None
        self.may_fill = may_fill and application.with_village

    @cached_property
    def reasons(self) -> dict[str, str]:
        """The reasons of the open return, by criterion."""
        return {r.criterion: r.reason for r in self.question.criteria.all()} if self.question else {}

    @cached_property
    def last(self) -> dict[str, LastYear]:
        """Last year's answers, by item, where the criterion has kept its name."""
        return last_year.of_unit(self.application.cycle, self.application.unit_id)

    @cached_property
    def known_values(self) -> dict[str, Prefill]:
        """The prefills, by item, whether they are confirmed already or not."""
        mine = self.application
        profile = Profile.objects.filter(unit=mine.unit_id, year__lte=mine.cycle.year).order_by("-year").first()
        last = {item: before.typed for item, before in self.last.items()}
        return prefill(self.criteria, self.answers, last, profile)

    @property
    def to_confirm(self) -> int:
        return sum(sheet.known for sheet in self.sheets)

    @property
    def papers(self) -> list[PaperPiece]:
        required = {Paper.MINUTES} if self.application.cycle.meeting_minutes_required else set()
        mine = [e for e in self.evidence if not e.criterion]
        return [PaperPiece(paper, paper in required, [e for e in mine if e.name == paper]) for paper in Paper]

    @property
    def has_papers(self) -> bool:
        return any(not evidence.criterion for evidence in self.evidence)

    @property
    def papers_missing(self) -> dict[str, str]:
        return {at: message for at, message in self.missing.items() if at in Paper.values}

    @cached_property
    def bonus(self) -> frozenset[str]:
        """The codes of the criteria that are not needed for full marks."""
        return frozenset(c.code for area in self.spec.areas if area.kind == "bonus" for c in area.criteria)

    @property
    def own_sheets(self) -> list[AreaSection]:
        """The areas in which the village fills something in."""
        return [sheet for sheet in self.sheets if sheet.asked]

    @property
    def next_sheet(self) -> AreaSection | None:
        """The first area in which the village still has something to fill in; a returned form names its questions."""
        return next((sheet for sheet in self.own_sheets if not sheet.done and not self.question), None)

    @property
    def others_areas(self) -> str:
        """The names of the areas in which it has nothing to do."""
        return _(", ").join(sheet.area.name for sheet in self.sheets if not sheet.asked)

    @cached_property
    def scored(self) -> dict[str, Scored]:
        """The answered criteria, by code."""
        return questions.scored(self.criteria, self.answers)

    @cached_property
    def points(self) -> dict[str, Decimal]:
        return {code: scored.points for code, scored in self.scored.items()}

    @property
    def total(self) -> Decimal:
        return running_total(self.spec, self.points)

    @property
    def full(self) -> Decimal:
        return full_marks(self.spec)

    @cached_property
    def attached(self) -> set[tuple[str, str]]:
        """The evidence that exists, or is declared absent this year."""
        return {(e.criterion, e.name) for e in self.evidence} | self.absences.keys()

    @cached_property
    def missing(self) -> dict[str, str]:
        return questions.missing(self.spec, self.criteria, self.answers, self.attached) | questions.papers_missing(
            self.application.cycle.meeting_minutes_required, self.attached
        )

    @cached_property
    def sheets(self) -> list[AreaSection]:
        return [self.sheet(number) for number in range(1, len(self.spec.areas) + 1)]

    @property
    def asked(self) -> int:
        return sum(len(sheet.asked) for sheet in self.sheets)

    @property
    def filled(self) -> int:
        return sum(sheet.filled for sheet in self.sheets)

    @property
    def lacking(self) -> int:
        return self.asked - self.filled

    @property
    def line(self) -> Decimal | None:
        """The total required for the star applied for."""
        star = next((s for s in self.spec.stars if s.star == self.application.applied_star), None)
        return None if star is None else star.total if star.total is not None else star.over

    def area_line(self, area: Area) -> Decimal | None:
        """The points of ``area`` required for the star applied for."""
        star = next((s for s in self.spec.stars if s.star == self.application.applied_star), None)
        return star.areas[area.code] * area.full if star and area.code in star.areas else None

    def sheet(self, number: int, saved: Mapping[str, SavedAnswers] | None = None) -> AreaSection:
        """The area by its position in the scheme, from 1; ``kept`` is the outcome of entries just saved."""
        area = self.spec.areas[number - 1]
        codes = {criterion.code for criterion in area.criteria}
        cards = [
            self._card(_card_id(number, place), criterion, area, saved or {})
            for place, criterion in enumerate((c for c in self.criteria if c.code in codes), start=1)
        ]
        items = codes | {f.item for card in cards for f in card.fields}
        return AreaSection(
            number,
            area,
            cards,
            area_points(area, self.points),
            {at: message for at, message in self.missing.items() if at in items},
        )

    def _card(self, id: str, criterion: Criterion, area: Area, saved: Mapping[str, SavedAnswers]) -> CriterionCard:
        mine = [e for e in self.evidence if e.criterion == criterion.code]
        asked = {piece.name for piece in criterion.evidence}
        locked = self._locked(criterion)
        return CriterionCard(
            id=id,
            criterion=criterion,
            fields=[
                self._field(f"{id}-{place}", criterion, question, saved.get(question.item), area.kind == "penalty")
                for place, question in enumerate(criterion.questions, start=1)
            ],
            points=self.points.get(criterion.code),
            open=not locked,
            locked=locked,
            returned=self.reasons.get(criterion.code, ""),
            pieces=[
                EvidencePiece(
                    p.name,
                    evidence_words(p),
                    [e for e in mine if e.name == p.name],
                    self.absences.get((criterion.code, p.name)),
                )
                for p in criterion.evidence
            ],
            files=[e for e in mine if e.name not in asked],
            penalty=area.kind == "penalty",
            lack=questions.evidence_missing(self.spec, criterion, self.answers, self.attached),
            mean=mean_of(criterion, self.answers),
        )

    def _locked(self, criterion: Criterion) -> str:
        if questions.is_computed(criterion):
            return _("Computed from the villages below; nobody fills it in.")
        department = questions.department(criterion)
        if department:
            given = any(q.item in self.answers and self.answers[q.item].value is not None for q in criterion.questions)
            if given:
                return _("Supplied by %s; you need not fill it in.") % department
            return _("%s will supply it; you need not fill it in.") % department
        if not questions.by_village(criterion):
            return _("Scored by reviewers; nobody fills it in here.")
        if not self.may_fill:
            return _("Locked: the form is with the reviewing office.")
        if self.application.state == State.RETURNED:
            if self.question is None or timezone.now() >= self.question.due:
                return _("Locked: the deadline for correcting is over.")
            if criterion.code not in self.reasons:
                return _("Locked: it was not returned.")
        return ""

    def _field(
        self, id: str, criterion: Criterion, question: Question, saved: SavedAnswers | None, penalty: bool
    ) -> QuestionField:
        answer = self.answers.get(question.item)
        empty = answer is None or not (answer.typed or answer.reason)
        value = None
        if empty and not saved and self.may_fill and questions.by_village(criterion):
            value = self.known_values.get(question.item)
        last = self.last.get(question.item)
        item = next((i for i in getattr(criterion, "items", ()) if criterion.item_name(i.code) == question.item), None)
        shown = saved.entry if saved and saved.refused else answer
        problem = saved.problem if saved else _problem(criterion, question, answer)
        gains = criterion.method == "count" and not penalty
        hint = loss_words(item, gains=gains) if criterion.method in ("deduction", "count") else ""
        return QuestionField(
            id=id,
            question=question,
            criterion=criterion,
            answer=answer,
            typed=value.typed if value else shown.typed if shown else "",
            reason=shown.reason if shown else "",
            problem=problem,
            last=last.typed if last else "",
            hint=hint,
            points=getattr(item, "points", None),
            refused=bool(saved and saved.refused),
            seen=saved.entry.seen if saved else None,
            stands=saved.answer if saved and saved.taken else None,
            known=value,
            jump=jump(question, answer.value if answer else None, last.value if last else None),
        )


def card_address(application: Application, code: str) -> str:
    """The address of the criterion of this code in the form: its area's page, and the card there."""
    criteria = criteria_of(application)
    for number, area in enumerate(application.scheme.spec.areas, start=1):
        there = [c.code for c in criteria if c in area.criteria]
        if code in there:
            page = reverse("application_area", args=[application.pk, number])
            return f"{page}#{_card_id(number, there.index(code) + 1)}"
    return reverse("application_form", args=[application.pk])


def mean_of(criterion: Criterion, answers: Mapping[str, Answer]) -> str:
    """The county's mean as it was computed last; "" for none."""
    there = answers.get(criterion.mean_item) if isinstance(criterion, Tiers | Linear) and criterion.to_mean else None
    return "" if there is None else there.typed


def _card_id(number: int, place: int) -> str:
    return f"c{number}-{place}"


def _problem(criterion: Criterion, question: Question, answer: Answer | None) -> str:
    """Why the stored answer is invalid."""
    if answer is None or answer.value is not None:
        return ""
    try:
        parsed_answer(criterion, question, answer.typed)
    except Incomplete as wrong:
        return str(wrong)
    return ""
